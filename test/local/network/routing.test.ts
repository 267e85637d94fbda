import assert from "node:assert/strict";
import { secret } from "../../../engine/index.ts";
import { routing } from "../../../local/network/index.ts";
import { CLUSTER, GROUP, graphOf, INTERNAL, PUBLIC, resource, shop } from "./support/graph.ts";

const HIDDEN = secret("/hidden/*");

const rule = (name: string, outputs: Record<string, unknown>) =>
  resource("aws:lb/listenerRule:ListenerRule", name, { listenerArn: `${PUBLIC}/listener`, ...outputs });

const fixed = (statusCode: string) => [
  { type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode } },
];

describe("routing", () => {
  it("reads balancers with their groups, bindings, Services and clusters", () => {
    const { balancers, groups, services, clusters } = routing(shop());
    assert.deepEqual(
      balancers.map(({ arn, internal, address, idleTimeoutMs }) => ({
        arn,
        internal,
        address,
        idleTimeoutMs,
      })),
      [
        { arn: PUBLIC, internal: false, address: { host: "127.0.0.1", port: 4000 }, idleTimeoutMs: 60_000 },
        { arn: INTERNAL, internal: true, address: { host: "127.0.0.1", port: 4001 }, idleTimeoutMs: 60_000 },
      ],
    );
    assert.deepEqual(groups[0]?.binding, { namespace: "shop", service: "front", port: "8080" });
    assert.equal(groups[0]?.healthCheck.intervalMs, 300);
    assert.equal(groups[0]?.crossZone, true);
    assert.deepEqual(services[0]?.ports, [{ name: "http", port: 8080, target: "http" }]);
    assert.equal(services[0]?.preferSameZone, true);
    assert.deepEqual(clusters, [CLUSTER]);
  });

  it("sorts rules by priority, those without one before the default action only", () => {
    const rules = [
      rule("none", { actions: fixed("204"), conditions: [] }),
      rule("second", { priority: 20, actions: fixed("202"), conditions: [] }),
      rule("first", { priority: "3", actions: fixed("201"), conditions: [] }),
    ];
    const read = routing(shop({ rules })).balancers[0]?.listeners[0]?.rules ?? [];
    const what = read.map(({ action }) => (action.type === "fixed-response" ? action.status : action.type));
    assert.deepEqual(what, [201, 202, 204, "forward"]);
  });

  it("reads every kind of condition and action, through secrets too", () => {
    const forward = {
      targetGroups: [{ arn: GROUP, weight: 3 }, { arn: "other" }],
      stickiness: { enabled: true, duration: 60 },
    };
    const conditions = [
      { pathPattern: { values: [HIDDEN] } },
      { hostHeader: { values: ["*.example.com"] }, sourceIp: { values: ["10.0.0.0/8"] } },
      { httpHeader: { httpHeaderName: "X-Kind", values: ["a*"] } },
      { httpRequestMethod: { values: ["GET"] } },
      { queryStrings: [{ key: "k", value: "v" }, { value: "w" }] },
    ];
    const rules = [rule("all", { priority: 1, actions: [{ type: "forward", forward }], conditions })];
    const read = routing(shop({ rules })).balancers[0]?.listeners[0]?.rules[0];
    assert.deepEqual(read?.action, {
      type: "forward",
      groups: [
        { arn: GROUP, weight: 3 },
        { arn: "other", weight: 1 },
      ],
      stickinessMs: 60_000,
    });
    assert.deepEqual(read?.conditions, [
      { field: "path-pattern", values: ["/hidden/*"], regexValues: [] },
      { field: "host-header", values: ["*.example.com"], regexValues: [] },
      { field: "source-ip", values: ["10.0.0.0/8"] },
      { field: "http-header", name: "X-Kind", values: ["a*"], regexValues: [] },
      { field: "http-request-method", values: ["GET"] },
      { field: "query-string", values: [{ key: "k", value: "v" }, { value: "w" }] },
    ]);
  });

  it("refuses what it would otherwise let through: an authentication action", () => {
    const actions = [
      { type: "authenticate-oidc", order: 1 },
      { type: "forward", order: 2, targetGroupArn: GROUP },
    ];
    const rules = [rule("login", { priority: 1, actions, conditions: [] })];
    assert.throws(() => routing(shop({ rules })), /::login has an action of type authenticate-oidc/);
  });

  it("leaves out network load balancers and Services without a cluster IP", () => {
    const graph = graphOf([
      resource("aws:lb/loadBalancer:LoadBalancer", "nlb", { arn: "nlb", loadBalancerType: "network" }),
      resource("kubernetes:core/v1:Service", "headless", {
        spec: { clusterIP: "None", selector: { a: "b" } },
      }),
    ]);
    assert.deepEqual(routing(graph), { balancers: [], groups: [], services: [], clusters: [] });
  });
});
