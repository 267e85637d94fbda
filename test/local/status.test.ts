import assert from "node:assert/strict";
import { isWhole, type Status } from "../../local/status.ts";

const ZONES = ["a", "b", "c"].map((name) => ({ name, id: name, ready: true, faults: [] }));

/** Pods of one workload, a letter of a zone each; `?` has none yet. */
const pods = (workload: string, zones: string, phase = "Running"): Status["pods"] =>
  [...zones].map((zone, i) => ({
    ...{ name: `${workload}-${i}`, workload, service: workload, namespace: "trizone", phase, restarts: 0 },
    ...{ ready: phase === "Running" && zone !== "?", zone: zone === "?" ? undefined : zone },
  }));

const whole = (change: Partial<Pick<Status, "zones" | "pods" | "databases">> = {}) =>
  isWhole({
    zones: ZONES,
    pods: [...pods("web", "abc"), ...pods("trading", "abcabca")],
    databases: [{ name: "trading", primaryZone: "a", standbyZone: "b", state: "available" }],
    ...change,
  });

describe("a whole platform", () => {
  it("has each workload in all zones, give or take one pod, also where an autoscaler has added some", () => {
    assert.ok(whole());
    assert.ok(!whole({ pods: pods("web", "aac") }));
    assert.ok(!whole({ pods: [...pods("web", "aabc"), ...pods("trading", "aabbbc")] }));
  });

  it("waits for pods that start, and not for those that end", () => {
    assert.ok(!whole({ pods: pods("web", "ab?") }));
    assert.ok(!whole({ pods: [...pods("web", "ab"), ...pods("web", "c", "ContainerCreating")] }));
    assert.ok(whole({ pods: [...pods("web", "abc"), ...pods("web", "aa", "Terminating")] }));
  });

  it("has every zone, and a standby of each database", () => {
    assert.ok(!whole({ zones: ZONES.map((zone) => ({ ...zone, ready: zone.name !== "c" })) }));
    const database = { name: "trading", primaryZone: "a", state: "available" as const };
    assert.ok(!whole({ databases: [database] }));
    assert.ok(!whole({ databases: [{ ...database, standbyZone: "b", state: "failing-over" }] }));
  });
});
