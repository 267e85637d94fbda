import type { Context } from "hono";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { userOf } from "../kit/http/user.ts";
import type { Logger } from "../kit/telemetry/index.ts";
import type { Actor } from "./actor.ts";
import type { Colleagues } from "./colleagues.ts";
import type { Decisions } from "./decisions.ts";
import type { GuardEnvironment } from "./environment.ts";
import type { Shifts } from "./moves/shifts.ts";
import type { Source } from "./sources/index.ts";
import type { Watch } from "./watch.ts";

/** What the operators' API shows and uses. */
export interface ApiArgs {
  environment: GuardEnvironment;
  watch: Watch;
  actor: Actor;
  shifts: Shifts | undefined;
  decisions: Decisions;
  colleagues: Colleagues;
  source: Source;
  log: Logger;
}

/** Keeps what an operator did: who, what, when. */
export type Audit = (
  c: Context<KitEnv>,
  zone: string | null,
  what: string,
  text: string,
  failed?: Error[],
) => void;

/** @param args where it is kept */
export function auditor({ decisions, log }: ApiArgs): Audit {
  return (c, zone, what, text, failed = []) => {
    const user = userOf(c);
    const name = decodeURIComponent(c.req.header("x-user-name") ?? user);
    const evidence = {
      user,
      name,
      ...(failed.length > 0 && { failed: failed.map(({ message }) => message) }),
    };
    const kept = decisions.add({ kind: "operator", zone, reason: what, text: `${name}: ${text}`, evidence });
    log.warn({ decision: kept }, "an operator acted");
  };
}

/** A zone by its letter, name or id. @throws ProblemError 404 */
export function zoneOf({ ZONES }: Pick<GuardEnvironment, "ZONES">, wanted: string): string {
  const found = ZONES.find(({ name, id }) => name === wanted || id === wanted || name.at(-1) === wanted);
  if (found) return found.name;
  throw new ProblemError(
    404,
    `There is no zone ${wanted}; there are ${ZONES.map(({ name }) => name).join(", ")}.`,
  );
}
