import type { Finding } from "./core/comparison.ts";
import type { Refusal } from "./core/gates.ts";
import type { Decision } from "./core/guard.ts";

/** Most findings that are kept with a decision. */
const FINDINGS = 10;

const REFUSALS: Record<Refusal, string> = {
  regional: "more than one zone is sick, so that its cause isn't a zone; look at what all of them depend on",
  "one-pod": "one pod alone is bad; delete it",
  deployment: "a new release came into the zone shortly before; roll it back",
  "another-shift": "another zone is shifted away; two at once are never",
  "no-capacity": "the other zones have no room for half as much again; add pods first",
  "capacity-unknown": "it isn't known whether the other zones have room",
  "failing-open": "a balancer has no healthy targets, so that a shift would have no effect",
  "primary-unknown": "it isn't known in which zone the database's primary is",
  "market-opening": "the market opens; shift by hand if it must be",
  cooldown: "a shift ended shortly before",
  "daily-cap": "there were as many shifts today as are made without asking",
};

/** Why a zone that looks sick isn't shifted away, and what to do instead. */
export function refusalText(refusal: Refusal): string {
  return `It looks sick, and isn't shifted away: ${REFUSALS[refusal]}.`;
}

/** What is wrong, in a sentence: it is the comment of a shift, too. */
export function symptomOf({ findings: [worst], action }: Decision): string {
  if (!worst)
    return action.kind === "cancel"
      ? "Its probes are as good as the other zones'."
      : "Its probes aren't well yet.";
  const { service, statistic } = worst;
  if (statistic === "errors")
    return `${service}: ${percent(worst.errorShare)} errors, elsewhere ${percent(worst.otherErrorShare)}.`;
  return `${service}: p99 ${milliseconds(worst.p99)}, elsewhere ${milliseconds(worst.otherP99)}.`;
}

/** What a decision rests on, as it is kept. */
export function evidenceOf({ findings, levels, insane }: Decision): Record<string, unknown> {
  return {
    levels: Object.fromEntries(Object.entries(levels).map(([zone, level]) => [zone, rounded(level)])),
    findings: findings.slice(0, FINDINGS).map(describe),
    ...(insane > 0 && { leftOut: insane }),
  };
}

function describe({ service, zone, statistic, level, worstPod, ...of }: Finding) {
  return {
    ...{ service, zone, statistic, level: rounded(level) },
    ...{ errorShare: of.errorShare, otherErrorShare: of.otherErrorShare },
    ...{
      p99Ms: of.p99 === undefined ? null : of.p99 * 1000,
      otherP99Ms: of.otherP99 === undefined ? null : of.otherP99 * 1000,
    },
    worstPod,
  };
}

/** JSON has no infinity; a level without evidence is null. */
const rounded = (level: number) => (Number.isFinite(level) ? Math.round(level * 100) / 100 : null);
const percent = (share: number) => `${Math.round(share * 1000) / 10} %`;
const milliseconds = (seconds: number | undefined) =>
  seconds === undefined ? "unknown" : `${Math.round(seconds * 1000)} ms`;
