import { createHash } from "node:crypto";
import type { Variant } from "../watch/index.ts";
import type { Deployment } from "./deployment.ts";

/** A user's place from 0 to below 100: the same in all pods and always, and even over the users. */
export function placeOf(user: string): number {
  return (createHash("sha256").update(user).digest().readUInt32BE() / 2 ** 32) * 100;
}

export interface Route {
  version: string;
  variant: Variant;
  /** A version that analyses the text as well, for comparison only. */
  shadow?: string;
}

/**
 * The version that answers a user. Who was in a canary stays in it while its share grows, and a split sends each user
 * to the same version each time. A version that can't answer is replaced by the one that serves.
 * @param serving the version that answers where nothing else is said
 * @param canAnswer whether a version is loaded and may answer
 */
export function routeOf(
  deployment: Pick<Deployment, "split" | "candidate">,
  serving: string,
  user: string,
  canAnswer: (version: string) => boolean,
): Route {
  const { split, candidate } = deployment;
  const current: Route = { version: serving, variant: "current" };
  if (candidate && candidate.version !== serving && canAnswer(candidate.version)) {
    const { version, mode, share } = candidate;
    if (placeOf(user) >= share) return current;
    return mode === "canary" ? { version, variant: "canary" } : { ...current, shadow: version };
  }
  if (!split) return current;
  let place = placeOf(user);
  for (const { version, weight } of split) {
    if (place < weight) return { version: canAnswer(version) ? version : serving, variant: "split" };
    place -= weight;
  }
  return current;
}
