import assert from "node:assert/strict";
import { type Controls, controlApp } from "../../local/control.ts";
import { Faults, type SoftFault } from "../../local/faults.ts";
import { Status } from "../../local/status.ts";

const TOKEN = "secret";

/** One pod of one service in each of two zones, and what was asked for. */
function fixture() {
  const asked: unknown[] = [];
  const given = new Map<string, readonly SoftFault[]>();
  const faults = new Faults(() => [
    {
      kill: (zone) => asked.push(["kill", zone]),
      checkFault(zone, { service, pod }) {
        if (!["a", "b"].includes(zone)) throw new Error(`There is no zone ${zone}`);
        if (service && service !== "trading")
          throw new Error(`zone ${zone} has no pod of a service ${service}`);
        if (pod && pod !== `trading-${zone}`) throw new Error(`zone ${zone} has no pod ${pod}`);
      },
      setFaults: (zone, all) => void given.set(zone, all),
    },
  ]);
  const controls: Controls = {
    status: () => ({
      ...{
        stack: "dev",
        state: "ready" as const,
        autoscalers: [],
        rollouts: [],
        balancers: [],
        databases: [],
      },
      zones: ["a", "b"].map((name) => ({ name, id: `${name}1`, ready: true, faults: faults.of(name) })),
      pods: [],
    }),
    fault: (zone, action, options) => faults.apply(zone, action, options),
    restart: (zone, service) => void asked.push(["restart", zone, service]),
    failOver: () => {
      throw new Error("No zone but a is available; heal one first.");
    },
    holdPods: () => undefined,
    preScale: (name) => void asked.push(["pre-scale", name]),
    autoshift: async (zone) => void asked.push(["autoshift", zone]),
    stop: () => void asked.push(["stop"]),
  };
  const app = controlApp(controls, TOKEN);
  const call = async (method: string, path: string, body?: unknown, token = TOKEN) => {
    const response = await app.request(path, {
      method,
      headers: { authorization: `Bearer ${token}`, host: "127.0.0.1" },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as { detail?: string } };
  };
  return { asked, given, call };
}

describe("the supervisor's control API", () => {
  it("makes one service, pod or direction of a zone slow or failing, and says so in the status", async () => {
    const { given, call } = fixture();
    await call("POST", "/zones/b/slow", { ms: 300 });
    await call("POST", "/zones/b/slow", { ms: 200, service: "trading" });
    await call("POST", "/zones/b/errors", { share: 0.07, pod: "trading-b" });
    const { status, body } = await call("POST", "/zones/b/errors", { share: 0.5, direction: "out" });
    assert.equal(status, 200);
    assert.deepEqual(Status.parse(body).zones[1]?.faults, [
      "slow 300 ms",
      "slow 200 ms (trading)",
      "errors 7 % (pod trading-b)",
      "errors 50 % (out of the zone)",
    ]);
    assert.deepEqual(
      given.get("b")?.map(({ latencyMs, errorShare, ...part }) => [latencyMs ?? errorShare, part]),
      [
        [300, {}],
        [200, { service: "trading" }],
        [0.07, { pod: "trading-b" }],
        [0.5, { direction: "out" }],
      ],
    );
    await call("POST", "/zones/b/slow", { ms: 100, service: "trading" });
    assert.equal(given.get("b")?.length, 4, "a new fault takes the place of one on the same part");
    await call("POST", "/zones/b/heal");
    assert.deepEqual(given.get("b"), []);
    assert.deepEqual(Status.parse((await call("GET", "/status")).body).zones[1]?.faults, []);
  });

  const refused: [what: string, path: string, body: unknown, detail: RegExp][] = [
    ["slow without how much", "/zones/b/slow", {}, /slow needs ms/],
    ["errors without a share", "/zones/b/errors", {}, /errors needs share/],
    ["a share for slow", "/zones/b/slow", { ms: 1, share: 0.5 }, /share belongs to errors/],
    ["a share above 1", "/zones/b/errors", { share: 1.5 }, /share/],
    ["a negative latency", "/zones/b/slow", { ms: -1 }, /ms/],
    ["an unknown option", "/zones/b/slow", { ms: 1, svc: "trading" }, /svc/],
    ["a part for kill", "/zones/b/kill", { service: "trading" }, /service belongs to slow and errors/],
    [
      "two parts",
      "/zones/b/slow",
      { ms: 1, service: "trading", direction: "in" },
      /one of service, direction/,
    ],
    ["an unknown direction", "/zones/b/slow", { ms: 1, direction: "both" }, /direction/],
    ["an unknown service", "/zones/b/slow", { ms: 1, service: "ghost" }, /no pod of a service ghost/],
    ["another zone's pod", "/zones/b/slow", { ms: 1, pod: "trading-a" }, /no pod trading-a/],
    ["an unknown zone", "/zones/d/slow", { ms: 1 }, /no zone d/],
    ["an unknown action", "/zones/b/burn", {}, /Invalid option/],
    ["a body that isn't JSON", "/zones/b/slow", "{", /not JSON/],
    ["a restart of nothing", "/zones/b/restart", {}, /service/],
    ["a failover that can't be", "/database/failover", undefined, /heal one first/],
    ["an autoshift without a zone", "/autoshifts", {}, /zone/],
  ];
  for (const [what, path, body, detail] of refused) {
    it(`refuses ${what}, and changes nothing`, async () => {
      const { asked, given, call } = fixture();
      const answer = await call("POST", path, body);
      assert.equal(answer.status, 400);
      assert.match(answer.body.detail ?? "", detail);
      assert.deepEqual([asked, given.size], [[], 0]);
      assert.deepEqual(Status.parse((await call("GET", "/status")).body).zones[1]?.faults, []);
    });
  }

  it("restarts a service in a zone and starts and ends autoshifts", async () => {
    const { asked, call } = fixture();
    assert.equal((await call("POST", "/zones/b/restart", { service: "trading" })).status, 202);
    assert.equal((await call("POST", "/pre-scaling/pre-scaling-open")).status, 202);
    await call("POST", "/autoshifts", { zone: "b" });
    await call("DELETE", "/autoshifts");
    assert.deepEqual(asked, [
      ["restart", "b", "trading"],
      ["pre-scale", "pre-scaling-open"],
      ["autoshift", "b"],
      ["autoshift", undefined],
    ]);
  });

  it("is closed to who doesn't have its token, and to large bodies", async () => {
    const { asked, call } = fixture();
    assert.equal((await call("POST", "/stop", {}, "wrong")).status, 401);
    assert.equal((await call("POST", "/stop", {}, "sécret")).status, 401);
    assert.equal((await call("POST", "/zones/b/slow", { service: "x".repeat(20_000) })).status, 413);
    assert.equal((await call("GET", "/nothing")).status, 404);
    assert.deepEqual(asked, []);
  });
});
