import { setTimeout as sleep } from "node:timers/promises";
import type { Pod } from "../pod.ts";
import type { PodServer } from "./server.ts";

/** Kept back from the grace period, so that the pod exits by itself rather than by SIGKILL. */
const MARGIN_MS = 1000;
const CLOSE_TIMEOUT_MS = 1000;

/**
 * Stops a pod without failing a request: it is not ready any more but serves on for a while (balancers need to learn
 * of it) with `Connection: close`; then it accepts nothing new and answers what it has.
 */
export async function stop(
  pod: Pod,
  business: PodServer,
  admin: PodServer,
  close?: () => Promise<void>,
): Promise<void> {
  const { TERMINATION_GRACE_MS, TERMINATION_LAME_DUCK_MS } = pod.environment;
  const budget = Math.max(0, TERMINATION_GRACE_MS - MARGIN_MS - CLOSE_TIMEOUT_MS);
  const lameDuck = Math.min(TERMINATION_LAME_DUCK_MS, budget);
  await sleep(lameDuck);
  await business.drain(budget - lameDuck);
  await Promise.race([close?.(), sleep(CLOSE_TIMEOUT_MS)]);
  admin.server.closeAllConnections();
  admin.server.close();
  pod.log.info("stopped");
}
