import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Endpoint } from "../../../../local/free-ports.ts";

const SCRIPT = fileURLToPath(new URL("pod.mjs", import.meta.url));

/** A pod that is a process of its own. */
export interface RunningPod extends Endpoint {
  child: ChildProcess;
}

export async function startPod(app: string, zone: string, index = 0): Promise<RunningPod> {
  const name = `${app}-${zone}-${index}`;
  const child = fork(SCRIPT, [name], { execArgv: [] });
  const [port] = (await once(child, "message")) as [number];
  const address = `127.0.0.1:${port}`;
  return {
    child,
    name,
    namespace: "shop",
    labels: { app },
    zone,
    ready: true,
    terminating: false,
    ports: { http: address, "8080": address, "9090": address },
  };
}

export async function endPod({ child }: RunningPod): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
