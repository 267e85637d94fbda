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

  it("reads conditions by path and host, and weights, through secrets too", () => {
    const forward = { targetGroups: [{ arn: GROUP, weight: 3 }, { arn: "other" }] };
    const conditions = [
      { pathPattern: { values: [HIDDEN] } },
      { hostHeader: { values: ["*.example.com"] }, pathPattern: { values: ["/a", "/b"] } },
    ];
    const rules = [rule("all", { priority: 1, actions: [{ type: "forward", forward }], conditions })];
    const read = routing(shop({ rules })).balancers[0]?.listeners[0]?.rules[0];
    assert.deepEqual(read?.action, {
      type: "forward",
      groups: [
        { arn: GROUP, weight: 3 },
        { arn: "other", weight: 1 },
      ],
    });
    assert.deepEqual(read?.conditions, [
      { field: "path-pattern", values: ["/hidden/*"] },
      { field: "path-pattern", values: ["/a", "/b"] },
      { field: "host-header", values: ["*.example.com"] },
    ]);
  });

  it("refuses what a laptop's load balancer can't do, all of it at once, naming resource, property and remedy", () => {
    const actions = [{ type: "forward", targetGroupArn: GROUP }];
    const group = {
      stickiness: { type: "lb_cookie", cookieDuration: 60 },
      slowStart: 30,
      loadBalancingAlgorithmType: "least_outstanding_requests",
    };
    const rules = [
      rule("header", { actions, conditions: [{ httpHeader: { httpHeaderName: "X", values: ["a"] } }] }),
      rule("method", { actions, conditions: [{ httpRequestMethod: { values: ["GET"] } }] }),
      rule("query", { actions, conditions: [{ queryStrings: [{ value: "w" }] }] }),
      rule("source", { actions, conditions: [{ sourceIp: { values: ["10.0.0.0/8"] } }] }),
      rule("regex", { actions, conditions: [{ pathPattern: { regexValues: ["^/v[12]/"] } }] }),
      rule("login", { actions: [{ type: "authenticate-oidc", order: 1 }, ...actions] }),
      rule("transform", { actions, transforms: [{ type: "url-rewrite" }] }),
      rule("cookie", {
        actions: [
          { type: "forward", forward: { targetGroups: [{ arn: GROUP }], stickiness: { enabled: true } } },
        ],
      }),
    ];
    const graph = shop({ rules, group, balancer: { xffHeaderProcessingMode: "remove" } });
    graph.resources.push(
      resource("aws:lb/loadBalancer:LoadBalancer", "nlb", {
        arn: "n",
        name: "n",
        dnsName: "n",
        loadBalancerType: "network",
      }),
      resource("aws:alb/loadBalancer:LoadBalancer", "old", { arn: "o" }),
    );
    const error = (() => {
      try {
        routing(graph);
      } catch (thrown) {
        return (thrown as Error).message;
      }
      return "";
    })();
    const refused: [string, RegExp][] = [
      ["header", /conditions\.0: has httpHeader; .* decides by pathPattern and hostHeader only; use those/],
      ["method", /conditions\.0: has httpRequestMethod;/],
      ["query", /conditions\.0: has queryStrings;/],
      ["source", /conditions\.0: has sourceIp;/],
      ["regex", /conditions\.0\.pathPattern: has regexValues; .* matches by values/],
      ["login", /actions\.0\.type: .*forward, redirect and fixed-response only/],
      ["transform", /transforms: .* leave transforms out/],
      ["cookie", /actions\.0\.forward\.stickiness: .*cookie; leave stickiness out/],
      ["front", /stickiness: .*cookie/],
      ["front", /slowStart: .* no slow start/],
      ["front", /loadBalancingAlgorithmType: .*round_robin/],
      ["public", /xffHeaderProcessingMode: .* leave this out/],
      ["nlb", /loadBalancerType: .*application only/],
      ["old", /type: .*aws\.lb\.\* only/],
    ];
    for (const [name, reason] of refused) {
      const found = error
        .split(/^(?=urn:)/m)
        .find((part) => part.split(":\n")[0]?.endsWith(`::${name}`) && reason.test(part));
      assert.ok(found, `${name}: ${reason}\n${error}`);
    }
  });

  it("leaves stickiness that is off alone", () => {
    const group = { stickiness: { type: "lb_cookie", enabled: false } };
    assert.equal(routing(shop({ group })).groups.length, 1);
  });

  it("leaves out Services without a cluster IP", () => {
    const graph = graphOf([
      resource("kubernetes:core/v1:Service", "headless", {
        spec: { clusterIP: "None", selector: { a: "b" } },
      }),
    ]);
    assert.deepEqual(routing(graph), { balancers: [], groups: [], services: [], clusters: [] });
  });
});
