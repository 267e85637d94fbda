import { setTimeout as sleep } from "node:timers/promises";
import { type Checked, checkHttp, runInside } from "./container/check.ts";
import type { Hook } from "./spec/pod-template.ts";

/** Runs a container's preStop hook, for the grace period at most. Rejects when the hook fails. */
export async function preStop(hook: Hook, checked: Checked, graceMs: number): Promise<void> {
  if (hook.sleep) await sleep(Math.min(hook.sleep.seconds * 1000, graceMs));
  if (hook.httpGet) await checkHttp(hook.httpGet, checked, graceMs);
  if (hook.exec) await runInside(hook.exec.command, checked, graceMs);
}
