import assert from "node:assert/strict";
import type { Facts } from "../../ops/diagnose/index.ts";
import { diagnose } from "../../ops/diagnose/index.ts";

const NOW = Date.parse("2026-11-30T00:00:00Z");
const LETTERS = ["a", "b", "c"] as const;

/** A healthy platform; each part can be made worse. */
function facts(change: { zone?: object; of?: string; utilisation?: number; history?: number[] } = {}): Facts {
  const services = ["web", "gateway", "trading"];
  return {
    at: NOW,
    decisions: [],
    history: Object.fromEntries(
      LETTERS.map((letter) => [`ap-southeast-2${letter}`, change.history ?? Array(600).fill(30)]),
    ),
    zones: LETTERS.map((letter) => ({
      ...{
        zone: `ap-southeast-2${letter}`,
        id: `apse2-az${letter}`,
        requestsPerSecond: 100,
        errorShare: 0.0005,
      },
      ...{ p50Ms: 8, p99Ms: 30, utilisation: change.utilisation ?? 0.3, weights: { public: 1, internal: 1 } },
      databaseRole: letter === "a" ? ("primary" as const) : ("standby" as const),
      pods: services.map((service) => ({
        ...{ name: `${service}-${letter}`, service, ready: true },
        ...{ requestsPerSecond: 33, errorShare: 0, p99Ms: 20 },
      })),
      ...(letter === change.of && change.zone),
    })),
  };
}

function withDecision(kind: string, reason: string, secondsAgo = 10): Facts {
  const decision = {
    ...{ id: "1", kind, reason, zone: "ap-southeast-2b", text: "gateway: 5 % errors, elsewhere 0 %." },
    at: new Date(NOW - secondsAgo * 1000).toISOString(),
    evidence: { findings: [{ service: "gateway", worstPod: { pod: "gateway-b" } }] },
  };
  return { ...facts(), decisions: [decision] };
}

/** All zones are slow since half a minute. */
function allSlow(utilisation?: number): Facts {
  return facts({
    history: [...Array(570).fill(30), ...Array(30).fill(400)],
    ...(utilisation && { utilisation }),
  });
}

describe("a diagnosis", () => {
  it("finds a healthy platform healthy", () => {
    assert.equal(diagnose(facts()).cause, "healthy");
  });

  it("finds a dead zone, and fails the database over where its primary was there", () => {
    const pods = facts().zones[0]?.pods.map((pod) => ({ ...pod, ready: false }));
    const other = diagnose(facts({ of: "b", zone: { pods } }));
    assert.equal(other.cause, "dead zone");
    assert.equal(other.zone, "ap-southeast-2b");
    assert.match(other.next, /^shift start --away-from ap-southeast-2b/);
    assert.equal(diagnose(facts({ of: "a", zone: { pods } })).next, "database failover");
  });

  it("doesn't call it a dead zone when no zone serves", () => {
    const none = facts();
    for (const zone of none.zones) zone.pods = zone.pods.map((pod) => ({ ...pod, ready: false }));
    assert.notEqual(diagnose(none).cause, "dead zone");
  });

  for (const [kind, reason, cause, next] of [
    ["shift", "sick", "gray zone", /^shift list/],
    ["refuse", "another-shift", "gray zone", /^shift start/],
    ["refuse", "no-capacity", "gray zone", /^shift start/],
    ["refuse", "one-pod", "bad pod", /gateway-b/],
    ["refuse", "deployment", "bad deployment", /gateway/],
  ] as const) {
    it(`takes the guard's ${kind} (${reason}) for a ${cause}`, () => {
      const verdict = diagnose(withDecision(kind, reason));
      assert.equal(verdict.cause, cause);
      assert.match(verdict.next, next);
      assert.ok(verdict.evidence.some((line) => line.includes("The guard, 10 s ago")));
    });
  }

  it("takes nothing from a decision of long ago, nor from a shift that was cancelled since", () => {
    assert.equal(diagnose(withDecision("shift", "sick", 600)).cause, "healthy");
    assert.equal(diagnose(withDecision("cancel", "well")).cause, "healthy");
  });

  it("takes a refusal of a while ago for what it says only while it still shows", () => {
    for (const reason of ["one-pod", "deployment", "no-capacity"])
      assert.equal(diagnose(withDecision("refuse", reason, 60)).cause, "healthy", reason);
    for (const worse of [{ errorShare: 0.3 }, { p99Ms: 200 }]) {
      const still = withDecision("refuse", "one-pod", 60);
      for (const { pods } of still.zones)
        for (const pod of pods) if (pod.name === "gateway-b") Object.assign(pod, worse);
      assert.equal(diagnose(still).cause, "bad pod");
    }
    const slow = { ...withDecision("refuse", "one-pod", 60), history: allSlow().history };
    assert.equal(diagnose(slow).cause, "dependency");
  });

  it("tells load from a dependency by the processor time that is left, when all zones are slow", () => {
    assert.equal(diagnose(allSlow()).cause, "dependency");
    assert.equal(diagnose(allSlow(0.97)).cause, "saturated");
  });
});
