import type { Deployment } from "../../services/news/serving/deployment.ts";

/** What a change makes of the deployment document; revision, time and author are set when it is written. */
export type Answering = Pick<Deployment, "current" | "previous" | "split" | "candidate">;

type Before = Answering | undefined;

const NOTHING = "no version answers yet: promote one first (npx trizone model promote <version>)";

function deployed(before: Before): Answering {
  if (!before) throw new Error(NOTHING);
  return before;
}

const withPrevious = (previous: string | undefined) => (previous === undefined ? {} : { previous });

/** The current and the previous version, without a split or a candidate. */
function plain(before: Before): Answering {
  const { current, previous } = deployed(before);
  return { current, ...withPrevious(previous) };
}

/** Has a version answer all users, which ends a split and a trial. The one before stays loaded for a rollback. */
export function promoted(before: Before, version: string): Answering {
  if (!before) return { current: version };
  if (before.current !== version) return { current: version, previous: before.current };
  if (before.split || before.candidate) return plain(before);
  throw new Error(`${version} answers all users already`);
}

/** Has the previous version answer again. @throws Error when there is none */
export function rolledBack(before: Before): Answering {
  const { current, previous } = deployed(before);
  if (previous === undefined)
    throw new Error(`there is no version before ${current}; promote the one that you want`);
  return { current: previous, previous: current };
}

/** Shares the users among versions. @param parts with the current version, 100 percent together */
export function splitUp(before: Before, parts: NonNullable<Deployment["split"]>): Answering {
  const answering = plain(before);
  if (!parts.some(({ version }) => version === answering.current))
    throw new Error(`the split lacks ${answering.current}, which answers now: give it a share too`);
  return { ...answering, split: parts };
}

/** Tries a version on a share of the users. */
export function tried(before: Before, candidate: NonNullable<Deployment["candidate"]>): Answering {
  const answering = deployed(before);
  if (candidate.version === answering.current)
    throw new Error(`${candidate.version} answers all users already: there is nothing to try`);
  if (answering.split) throw new Error("a split is under way; end it first: npx trizone model split --end");
  return { ...plain(answering), candidate };
}

/** Ends a split, or the trial of a candidate. */
export function ended(before: Before, what: "split" | "canary" | "shadow"): Answering {
  const answering = deployed(before);
  const isThere = what === "split" ? answering.split : answering.candidate?.mode === what;
  if (!isThere) throw new Error(`no ${what} is under way; see: npx trizone model list`);
  return plain(answering);
}

/** What differs between two documents, a line each. */
export function changes(before: Before, after: Answering): string[] {
  const texts = (one: Before) => ({
    current: one?.current ?? "none",
    previous: one?.previous ?? "none",
    split: one?.split?.map(({ version, weight }) => `${version} ${weight} %`).join(", ") ?? "none",
    candidate: one?.candidate
      ? `${one.candidate.version} as ${one.candidate.mode} for ${one.candidate.share} %`
      : "none",
  });
  const [was, is] = [texts(before), texts(after)];
  return (Object.keys(is) as (keyof typeof is)[])
    .filter((name) => was[name] !== is[name])
    .map((name) => `${name}: ${was[name]} -> ${is[name]}`);
}
