import assert from "node:assert/strict";
import type { Finding, PodExcess } from "../../../../services/guard/core/comparison.ts";
import { otherCause } from "../../../../services/guard/core/gates.ts";
import { GUARD_DEFAULTS } from "../../../../services/guard/core/guard.ts";
import { CALM } from "../world.ts";

const CALLS = { web: ["gateway"], gateway: ["trading", "portfolio"], trading: ["transactions"] };

/** What is wrong with a service in zone b: a pod has all of it, of two pods each a half. */
function finding(service: string, given: Partial<Finding> = {}): Finding {
  const worstPod = { pod: `${service}-b-0`, service, share: 1 };
  const errors = { statistic: "errors" as const, errorShare: 0.05, otherErrorShare: 0.001, excess: 50 };
  return { service, zone: "b", level: 20, p99: 0.04, otherP99: 0.04, ...errors, worstPod, ...given };
}

const slow = (p99: number) => ({ statistic: "slow" as const, p99, excess: 100 });
/** Each service's errors are of one pod. */
const errorsOfPods =
  (errors: Record<string, number>) =>
  (service: string): PodExcess[] =>
    errors[service] === undefined ? [] : [{ pod: `${service}-b-0`, service, excess: errors[service] }];
const errorsIn = (findings: Finding[]) =>
  errorsOfPods(
    Object.fromEntries(
      findings
        .filter(({ statistic }) => statistic === "errors")
        .map(({ service, excess }) => [service, excess]),
    ),
  );
const cause = (findings: Finding[], around = {}, sick = ["b"], errorsOf = errorsIn(findings)) =>
  otherCause(findings, sick, errorsOf, { ...CALM, ...around }, { ...GUARD_DEFAULTS, calls: CALLS });

describe("what else than a sick zone explains what is wrong in it", () => {
  it("is one bad pod, whose errors its callers pass on", () => {
    const bad = [finding("trading"), finding("gateway"), finding("web", { excess: 51 })];
    assert.equal(cause(bad), "one-pod");
  });

  it("is one bad pod, too, while only its callers and the probes are evidence enough", () => {
    const worstPod = { pod: "gateway-b-0", service: "gateway", share: 1 };
    const bad = [finding("web", { excess: 33 }), finding("probe", { worstPod, excess: 26 })];
    assert.equal(cause(bad, {}, ["b"], errorsOfPods({ gateway: 32 })), "one-pod");
    assert.equal(cause(bad, {}, ["b"], errorsOfPods({})), undefined, "its own errors");
  });

  it("is nothing, where there is evidence against no other than those that pass on errors of several services", () => {
    const bad = [finding("gateway", { excess: 12 })];
    const errors = { trading: 4, transactions: 1, portfolio: 6 };
    assert.equal(cause(bad, {}, ["b"], errorsOfPods(errors)), undefined);
    const rollouts = [{ service: "gateway", zone: "b", secondsAgo: 20 }];
    assert.equal(cause(bad, { rollouts }, ["b"], errorsOfPods(errors)), undefined, "not the gateway's");
    const ofAll = ["trading", "portfolio"].map((service) => ({ service, zone: "b", secondsAgo: 20 }));
    assert.equal(cause(bad, { rollouts: ofAll }, ["b"], errorsOfPods(errors)), undefined, "of none alone");
  });

  it("is one bad pod, where there is evidence against no other than those that pass on its errors", () => {
    const errors = errorsOfPods({ gateway: 19, trading: 18, portfolio: 1 });
    assert.equal(cause([finding("web", { excess: 20 })], {}, ["b"], errors), "one-pod");
    assert.equal(cause([finding("gateway", { excess: 19 })], {}, ["b"], errors), "one-pod");
  });

  it("is a deployment, where there is evidence against no other than those that pass on the new pods' errors", () => {
    const rollouts = [{ service: "trading", zone: "b", secondsAgo: 20 }];
    const ofTwo = ["trading-b-0", "trading-b-1"].map((pod) => ({ pod, service: "trading", excess: 9 }));
    const errors = (service: string) => (service === "trading" ? ofTwo : []);
    assert.equal(cause([finding("gateway", { excess: 19 })], { rollouts }, ["b"], errors), "deployment");
    assert.equal(cause([finding("gateway", { excess: 19 })], {}, ["b"], errors), undefined);
    const few = (service: string) =>
      ({ trading: [1.4, 1.4], portfolio: [1.5, 1.4] })[service]?.map((excess, i) => ({
        pod: `${service}-${i}`,
        service,
        excess,
      })) ?? [];
    const bad = [finding("gateway", { excess: 5 })];
    assert.notEqual(cause(bad, { rollouts }, ["b"], few), "deployment", "most is another service's");
  });

  it("is one slow pod, for which its callers wait", () => {
    const bad = [finding("trading", slow(0.49)), finding("gateway", slow(0.99)), finding("web", slow(0.99))];
    assert.equal(cause(bad), "one-pod");
  });

  it("is nothing, where each service on the way adds errors of its own", () => {
    const bad = [
      finding("trading", { excess: 50 }),
      finding("gateway", { excess: 100 }),
      finding("web", { excess: 150 }),
    ];
    assert.equal(cause(bad), undefined);
  });

  it("is nothing, where two services that don't call each other are bad", () => {
    assert.equal(cause([finding("portfolio"), finding("transactions")]), undefined);
  });

  it("is nothing, where several pods of one service are bad", () => {
    const worstPod = { pod: "gateway-b-0", service: "gateway", share: 0.5 };
    assert.equal(cause([finding("gateway", { worstPod })]), undefined);
  });

  it("is a deployment, also where the new pods' callers and the probes see it", () => {
    const rollouts = [{ service: "trading", zone: "b", secondsAgo: 20 }];
    const probed = { pod: "trading-b-0", service: "trading", share: 0.9 };
    const bad = [finding("trading"), finding("gateway"), finding("probe", { worstPod: probed })];
    assert.equal(cause(bad, { rollouts }), "deployment");
    assert.equal(cause([...bad, finding("portfolio")], { rollouts }), undefined);
    const old = [{ service: "trading", zone: "b", secondsAgo: GUARD_DEFAULTS.bakeSeconds + 1 }];
    assert.equal(cause(bad, { rollouts: old }), "one-pod");
    const elsewhere = [{ service: "trading", zone: "a", secondsAgo: 20 }];
    assert.equal(cause(bad, { rollouts: elsewhere }), "one-pod");
  });

  it("is what zones share, where more than one is sick", () => {
    assert.equal(cause([finding("web"), finding("trading")], {}, ["b", "c"]), "regional");
  });
});
