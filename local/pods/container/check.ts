import { execFile } from "node:child_process";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Hook, HttpGet, ProbeSpec } from "../spec/index.ts";
import type { Launch } from "./environment.ts";

/** What a probe asks. */
export interface Checked {
  /** Container port number or name -> port on this machine. */
  ports: Readonly<Record<string, number>>;
  /** How a command runs inside the container. */
  inside: (command: string[]) => Launch;
}

/** One probe's attempt. Rejects saying why it failed, at the latest after the probe's time limit. */
export async function check(probe: ProbeSpec, checked: Checked): Promise<void> {
  const timeoutMs = probe.timeoutSeconds * 1000;
  if (probe.httpGet) return checkHttp(probe.httpGet, checked, timeoutMs);
  if (probe.tcpSocket) return checkTcp(portOf(probe.tcpSocket.port, checked), timeoutMs);
  if (probe.exec) return runInside(probe.exec.command, checked, timeoutMs);
}

/** Runs a container's preStop hook, for the grace period at most. Rejects when the hook fails. */
export async function preStop(hook: Hook, checked: Checked, graceMs: number): Promise<void> {
  if (hook.sleep) await sleep(Math.min(hook.sleep.seconds * 1000, graceMs));
  if (hook.httpGet) await checkHttp(hook.httpGet, checked, graceMs);
  if (hook.exec) await runInside(hook.exec.command, checked, graceMs);
}

/** GET of a pod's port; a status from 200 to 399 is success, as for kubelet. */
async function checkHttp(get: HttpGet, checked: Checked, timeoutMs: number): Promise<void> {
  const port = portOf(get.port, checked);
  const signal = AbortSignal.timeout(timeoutMs);
  const send = get.scheme === "HTTPS" ? httpsRequest : httpRequest;
  const headers = {
    "user-agent": "kube-probe/1",
    ...Object.fromEntries(get.httpHeaders.map((h) => [h.name, h.value])),
  };
  const path = get.path.startsWith("/") ? get.path : `/${get.path}`;
  // A connection of its own: a kept one would not notice that nobody listens any more.
  const outgoing = send({
    host: "127.0.0.1",
    port,
    path,
    headers,
    agent: false,
    signal,
    rejectUnauthorized: false,
  });
  try {
    outgoing.end();
    const [response] = await once(outgoing, "response");
    const { statusCode = 0 } = response;
    if (statusCode < 200 || statusCode > 399) throw new Error(`answered ${statusCode}`);
  } catch (cause) {
    const why = signal.aborted ? `no answer in ${timeoutMs} ms` : (cause as Error).message;
    throw new Error(`GET ${path} on port ${get.port}: ${why}`, { cause });
  } finally {
    // Destroying reports an error to nobody once the outcome is known.
    outgoing.on("error", () => outgoing.destroyed);
    outgoing.destroy();
  }
}

/** Runs a command with the container's environment and folder. Rejects unless it exits 0 in time. */
function runInside(command: string[], checked: Checked, timeoutMs: number): Promise<void> {
  const { argv, env, cwd } = checked.inside(command);
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const options = { env, cwd, timeout: timeoutMs, killSignal: "SIGKILL" as const, maxBuffer: 64 * 1024 };
    execFile(program, args, options, (error, _, stderr) => {
      if (!error) return resolve();
      const why = error.killed
        ? `no exit in ${timeoutMs} ms`
        : `exit ${error.code}: ${stderr.trim().slice(-200)}`;
      reject(new Error(`${command.join(" ")}: ${why}`, { cause: error }));
    });
  });
}

async function checkTcp(port: number, timeoutMs: number): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    throw new Error(`no TCP connection in ${timeoutMs} ms`, { cause });
  } finally {
    socket.destroy();
  }
}

function portOf(port: number | string, { ports }: Checked): number {
  const found = ports[port];
  if (found === undefined) throw new Error(`port ${port} isn't among the container's ports`);
  return found;
}
