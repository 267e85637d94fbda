import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { accessSync, constants, createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endWithUs } from "../../support/end-with-us.ts";
import { Api } from "./api.ts";

const PROGRAMS = ["etcd", "kube-apiserver", "kube-scheduler", "kube-controller-manager"] as const;

/** Milliseconds in which the API server answers, on a busy machine. */
const START_MS = 120_000;

/** Where a program is: in the folder that KUBE_BIN names, else on the PATH. */
export function programPath(name: string): string | undefined {
  return [process.env.KUBE_BIN ?? "", ...(process.env.PATH ?? "").split(delimiter)]
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Why there is no control plane here, or undefined where all its programs are. */
export function missingPrograms(): string | undefined {
  const missing = PROGRAMS.filter((name) => programPath(name) === undefined);
  if (missing.length === 0) return undefined;
  return `${missing.join(", ")}: neither in the folder KUBE_BIN nor on the PATH`;
}

/**
 * Kubernetes' own control plane as processes on this machine: etcd, API server, scheduler and controller manager, each
 * on the loopback interface and in a folder that goes with them. It has no nodes; `Nodes` says that there are some.
 */
export class ControlPlane {
  readonly api: Api;
  readonly kubeconfig: string;
  /** Goes when they end. */
  readonly folder: string;
  readonly #children: ChildProcess[];

  private constructor(api: Api, kubeconfig: string, folder: string, children: ChildProcess[]) {
    this.api = api;
    this.kubeconfig = kubeconfig;
    this.folder = folder;
    this.#children = children;
  }

  static async start(): Promise<ControlPlane> {
    const folder = await mkdtemp(join(tmpdir(), "control-plane-"));
    const [client, peer, secure] = await freePorts(3);
    const token = randomBytes(16).toString("hex");
    const key = join(folder, "accounts.key");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    await writeFile(key, privateKey.export({ type: "pkcs8", format: "pem" }));
    await writeFile(join(folder, "tokens.csv"), `${token},tests,tests,"system:masters"\n`);
    const url = `https://127.0.0.1:${secure}`;
    const kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, JSON.stringify(config(url, token)));
    const plane = new ControlPlane(new Api(url, token), kubeconfig, folder, []);
    try {
      const etcd = `http://127.0.0.1:${client}`;
      plane.#run("etcd", [
        `--data-dir=${join(folder, "etcd")}`,
        ...[`--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`],
        ...[`--listen-peer-urls=http://127.0.0.1:${peer}`],
      ]);
      plane.#run("kube-apiserver", [
        `--etcd-servers=${etcd}`,
        ...["--bind-address=127.0.0.1", `--secure-port=${secure}`, `--cert-dir=${folder}`],
        ...[`--token-auth-file=${join(folder, "tokens.csv")}`, "--authorization-mode=RBAC"],
        ...["--service-account-issuer=https://kubernetes.default.svc", `--service-account-key-file=${key}`],
        ...[`--service-account-signing-key-file=${key}`, "--service-cluster-ip-range=10.0.0.0/16"],
        // Kubernetes' default of five minutes, after which pods leave a node that isn't ready, would be a long test.
        ...["--default-not-ready-toleration-seconds=2", "--default-unreachable-toleration-seconds=2"],
      ]);
      await plane.#answers();
      const shared = [`--kubeconfig=${kubeconfig}`, "--leader-elect=false", "--secure-port=0"];
      plane.#run("kube-scheduler", shared);
      plane.#run("kube-controller-manager", [
        ...shared,
        `--service-account-private-key-file=${key}`,
        // A lost zone's nodes are drained one after the other, at this many a second.
        ...[
          "--node-monitor-period=1s",
          "--node-eviction-rate=10",
          "--horizontal-pod-autoscaler-sync-period=2s",
        ],
      ]);
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  /** Runs one more program beside them, until what is given back is called. */
  run(name: string, args: string[]): () => Promise<void> {
    const child = this.#run(name, args);
    return () => end(child);
  }

  async stop(): Promise<void> {
    for (const child of [...this.#children].reverse()) await end(child);
    await this.api.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  #run(name: string, args: string[]): ChildProcess {
    const path = programPath(name);
    if (!path) throw new Error(`there is no ${name}`);
    const child = spawn(path, args, { stdio: ["ignore", "pipe", "pipe"], cwd: this.folder });
    const log = createWriteStream(join(this.folder, `${name}.log`));
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    endWithUs(child);
    this.#children.push(child);
    return child;
  }

  async #answers(): Promise<void> {
    const end = Date.now() + START_MS;
    for (;;) {
      const ready = await this.api.get("/readyz?verbose").then(
        () => true,
        () => false,
      );
      if (ready) return;
      const dead = this.#children.find(({ exitCode }) => exitCode !== null);
      if (dead || Date.now() > end) throw new Error(`the API server does not answer:\n${await this.#log()}`);
      await sleep(200);
    }
  }

  async #log(): Promise<string> {
    const logs = ["etcd", "kube-apiserver"].map((name) => readFile(join(this.folder, `${name}.log`), "utf8"));
    return (await Promise.all(logs)).map((log) => log.split("\n").slice(-15).join("\n")).join("\n");
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

function config(server: string, token: string) {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "tests",
    // It makes its certificate itself.
    clusters: [{ name: "tests", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "tests", user: { token } }],
    contexts: [{ name: "tests", context: { cluster: "tests", user: "tests" } }],
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
