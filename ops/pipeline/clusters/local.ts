import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endLeftover, isAlive, processStat } from "../../../local/processes.ts";
import { readRun } from "../../../local/state.ts";
import { Status } from "../../../local/status.ts";
import { projectDirectory } from "../../commands/command.ts";
import { StepError } from "../steps.ts";
import type { Cluster, StepContext, Target, Usage } from "./cluster.ts";
import { UsageSamples } from "./usage.ts";

const SHOWN = 4000;
/** Milliseconds that a platform gets to end by itself. */
const END_MS = 30_000;
/** Kernel ticks a second, by which /proc counts CPU time; 100 on every Linux that Node runs on. */
const TICKS = 100;

/** The three zones of this machine: the stack's graph as processes, with the public balancer as host-routed ingress. */
export class LocalCluster implements Cluster {
  async create(context: StepContext): Promise<void> {
    await this.destroy(context);
    await mkdir(this.#folder(context), { recursive: true });
    await refuseTakenPort(context.options.port);
  }

  async build(context: StepContext): Promise<void> {
    // Loaded late: the other steps do without.
    const { buildAhead } = await import("../../../local/platform.ts");
    await buildAhead(this.#folder(context));
  }

  async deploy(context: StepContext): Promise<void> {
    await refuseTakenPort(context.options.port);
    const { port, services, stack } = context.options;
    const args = [
      join(projectDirectory, "bin/trizone.cjs"),
      ...["up", "--stack", stack, "--port", `${port}`],
      ...["--set", `trizone:echoes=${JSON.stringify({ names: services })}`],
      ...(context.isWhole ? ["--until-stdin-ends"] : []),
    ];
    const log = this.#log(context);
    const output = openSync(log, "w");
    const child = spawn(process.execPath, args, {
      cwd: projectDirectory,
      env: { ...process.env, TRIZONE_STATE: this.#folder(context) },
      detached: true,
      // The pipe's end, also that of a killed pipeline, ends the platform in order.
      stdio: [context.isWhole ? "pipe" : "ignore", output, output],
    });
    closeSync(output);
    child.unref();
    let ended: string | undefined;
    child.once("error", (error) => {
      ended = error.message;
    });
    child.once("exit", (code, signal) => {
      ended = code === null ? `was ended by ${signal}` : `ended with ${code}`;
    });
    const command = `trizone ${args.slice(1).join(" ")}`;
    const lastOutput = () => readFileSync(log, "utf8").slice(-SHOWN).trim();
    for (let shown = ""; ; ) {
      if (ended !== undefined) {
        const exitStatus = child.exitCode ?? undefined;
        throw new StepError(`trizone up ${ended}`, { command, exitStatus, output: lastOutput() });
      }
      if (context.signal.aborted) {
        const message = `the platform was not ready: ${(context.signal.reason as Error).message}`;
        throw new StepError(message, { command, output: lastOutput(), cause: context.signal.reason });
      }
      const line =
        lastOutput()
          .split("\n")
          .filter((one) => /^[…✔✖]/.test(one))
          .at(-1) ?? "";
      if (line !== shown) context.say(line);
      shown = line;
      const status = await this.#status(context).catch(() => undefined);
      if (status?.state === "ready") return;
      await sleep(250);
    }
  }

  async problems(context: StepContext): Promise<string[]> {
    const { zones, pods, balancers } = await this.#status(context);
    const unready = pods.filter(({ ready, phase }) => !ready && phase === "Running");
    return [
      ...zones.filter(({ ready }) => !ready).map(({ name }) => `the node of ${name} does not answer`),
      ...unready.map(({ name, zone }) => `pod ${name} in ${zone} is not ready`),
      ...context.options.services.flatMap((service) => {
        const covered = new Set(
          pods.filter(({ workload, ready }) => workload === service && ready).map((pod) => pod.zone),
        );
        const empty = zones.filter(({ name }) => !covered.has(name)).map(({ name }) => name);
        return empty.length > 0 ? [`${service} has no ready pod in ${empty.join(", ")}`] : [];
      }),
      ...balancers.flatMap(({ name, targets }) =>
        targets
          .filter(({ state }) => state !== "healthy")
          .map(({ id, state }) => `target ${id} of ${name} is ${state}`),
      ),
    ];
  }

  target({ options: { port, services } }: StepContext): Target {
    return { url: `http://127.0.0.1:${port}`, hosts: services.map((name) => `${name}.localhost`) };
  }

  async watchUsage(context: StepContext): Promise<Usage[]> {
    const samples = new UsageSamples();
    const names = new Set(context.options.services);
    while (!context.signal.aborted) {
      const { pods } = await this.#status(context);
      const now = performance.now();
      for (const { workload, name, pid } of pods) {
        const stat = pid !== undefined && names.has(workload) ? processStat(pid) : undefined;
        // From the third field on: utime and stime are the 14th and 15th, the resident pages the 24th.
        if (stat) {
          const seconds = (Number(stat[11]) + Number(stat[12])) / TICKS;
          samples.add({
            workload,
            pod: name,
            at: now,
            cpuSeconds: seconds,
            memoryMiB: (Number(stat[21]) * 4096) / 2 ** 20,
          });
        }
      }
      await sleep(1000, undefined, { signal: context.signal }).catch(() => undefined);
    }
    return samples.usage();
  }

  async failPod(context: StepContext, random: () => number): Promise<string> {
    const { pods } = await this.#status(context);
    const names = new Set(context.options.services);
    const alive = pods.filter(
      ({ workload, ready, pid }) => names.has(workload) && ready && pid !== undefined,
    );
    const pod = alive[Math.floor(random() * alive.length)];
    if (pod?.pid === undefined) return "none: no pod was ready";
    process.kill(pod.pid, "SIGKILL");
    return `${pod.name} in ${pod.zone}`;
  }

  async destroy(context: StepContext): Promise<void> {
    const folder = this.#folder(context);
    const run = readRun(folder);
    if (run) {
      if (isAlive(run.supervisor)) process.kill(run.supervisor.pid, "SIGTERM");
      for (const end = Date.now() + END_MS; isAlive(run.supervisor) && Date.now() < end; ) await sleep(100);
      const left = readRun(folder) ?? run;
      if (endLeftover(left.supervisor))
        context.say(`the platform did not end in ${END_MS / 1000} s and was killed`);
      for (const child of left.children) endLeftover(child);
    }
    await rm(folder, { recursive: true, force: true });
  }

  async #status(context: StepContext): Promise<Status> {
    const run = readRun(this.#folder(context));
    if (!run?.control || !isAlive(run.supervisor)) {
      throw new StepError("no platform runs in the pipeline's folder: run the step deploy first");
    }
    const response = await fetch(`${run.control}/status`, {
      headers: { authorization: `Bearer ${run.token}` },
      signal: AbortSignal.timeout(10_000),
    });
    return Status.parse(await response.json());
  }

  #folder({ directory }: StepContext): string {
    return join(directory, "platform");
  }

  #log({ directory }: StepContext): string {
    return join(directory, "platform.log");
  }
}

async function refuseTakenPort(port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen({ port, host: "127.0.0.1", exclusive: true }, resolve);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE") throw error;
    throw new StepError(
      `port ${port} of 127.0.0.1 is in use: end what listens there, or name another with --port`,
    );
  } finally {
    server.close();
  }
}
