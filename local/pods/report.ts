import { portVariable, tail } from "./container/index.ts";
import type { Pod } from "./pod.ts";
import type { Workload } from "./spec/index.ts";

/** Says which pods aren't ready and why, with the end of their logs, and which workloads wait for others. */
export async function notReady(pods: Pod[], waiting: Workload[], after: string): Promise<Error> {
  const late = pods.filter((pod) => !pod.ready && !pod.terminating);
  const lines = await Promise.all(late.map(describe));
  const queued = waiting.map(({ kind, name }) => `  ${kind} ${name}: waits for what it depends on`);
  return new Error(`Not all pods are ready after ${after}:\n${[...lines, ...queued].join("\n")}`);
}

async function describe(pod: Pod): Promise<string> {
  const { phase, zone, reason, restarts, lastExit } = pod.status();
  const where = zone ? ` in ${zone}` : "";
  const exit = lastExit ? `, last exit ${lastExit.code} (${lastExit.reason})` : "";
  const log = await tail(pod.logFile, 5);
  return [
    `  ${pod.name}${where}: ${phase}, ${restarts} restarts${exit}${reason ? `: ${reason}` : ""}`,
    ...hints(pod.workload),
    ...(log === "" ? [] : [`    ${pod.logFile}:`, ...log.split("\n").map((line) => `      ${line}`)]),
  ].join("\n");
}

/** In a cluster a program may have its port built in; here it learns it from a variable. */
function hints({ template }: Workload): string[] {
  const { ports, env } = template.spec.containers[0];
  return ports.flatMap(({ name, containerPort }) => {
    const variable = portVariable(name ?? "");
    const isSet = env.some((one) => one.name === variable && one.value === String(containerPort));
    if (isSet) return [];
    return [
      `    port ${name ?? containerPort} of the container has no variable; declare ${variable}=${containerPort} in its env`,
    ];
  });
}
