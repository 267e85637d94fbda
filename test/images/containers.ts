import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { endWithUs } from "../support/end-with-us.ts";

const run = promisify(execFile);

/** What containers need on this machine; undefined where all is there, else a sentence that says what is missing. */
export function missing(): string | undefined {
  if (process.platform !== "linux") return "containers need Linux";
  if (process.getuid?.() !== 0) return "containers are made as root";
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const programs = ["buildah", "podman", "runc"];
  const lacking = programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return lacking.length > 0
    ? `${lacking.join(" and ")} can't be found: apt-get install ${lacking.join(" ")}`
    : undefined;
}

export interface ContainerOptions {
  image: string;
  command: string[];
  /** As the graph has it, such as `512Mi`. */
  memory: string;
  env: Record<string, string>;
  /** Path inside -> path here, read-only, but where it ends with `:rw`. */
  mounts?: Record<string, string>;
}

export interface RunningContainer {
  name: string;
  admin: string;
  output(): string;
  /** Runs a script of JavaScript inside; answers what it prints. */
  evaluate(script: string): Promise<string>;
  stop(): Promise<void>;
}

/** Images and containers in a folder of their own, without what the machine's container tools have. */
export class Containers {
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.env = {
      ...process.env,
      PATH: `${process.env.PATH}${delimiter}/usr/sbin`,
      CONTAINERS_STORAGE_CONF: join(folder, "storage.conf"),
      BUILDAH_ISOLATION: "chroot",
      STORAGE_DRIVER: "vfs",
      TMPDIR: folder,
    };
  }

  /** @param kept folder that an earlier run left, whose layers are used again; it is not removed */
  static async create(kept = process.env.IMAGES_KEPT): Promise<Containers> {
    const folder = kept ?? (await mkdtemp(join(tmpdir(), "trizone-containers-")));
    await mkdir(folder, { recursive: true });
    const storage = { driver: "vfs", graphroot: join(folder, "images"), runroot: join(folder, "run") };
    const lines = Object.entries(storage).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
    await writeFile(join(folder, "storage.conf"), ["[storage]", ...lines, ""].join("\n"));
    return new Containers(folder);
  }

  async podman(...args: string[]): Promise<string> {
    const { stdout } = await run("podman", [...GLOBAL, ...args], { env: this.env, timeout: 120_000 });
    return stdout.trim();
  }

  async buildah(...args: string[]): Promise<string> {
    const options = { env: this.env, timeout: 120_000 };
    return (await run("buildah", ["--storage-driver", "vfs", ...args], options)).stdout.trim();
  }

  /** Runs a container that ends by itself; rejects where it fails. */
  runOnce(options: ContainerOptions): Promise<string> {
    return this.podman("run", "--rm", ...runArguments(options));
  }

  /** Starts a service, and waits until it listens. */
  async start(name: string, options: ContainerOptions): Promise<RunningContainer> {
    const args = [...GLOBAL, "run", "--rm", "--name", name, ...runArguments(options)];
    const child = spawn("podman", args, { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    endWithUs(child);
    let output = "";
    child.stderr.on("data", (chunk) => (output += chunk));
    const exited = once(child, "exit");
    const listening = new Promise<number>((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        output += `${line}\n`;
        const entry = line.startsWith("{") ? JSON.parse(line) : {};
        if (entry.msg === "listening") resolve(entry.admin);
      });
    });
    const failed = exited.then(([code]) => {
      throw new Error(`${name} ended with ${code} before it listened:\n${output}`);
    });
    failed.catch(() => undefined);
    const admin = await Promise.race([listening, failed]);
    return {
      name,
      admin: `http://127.0.0.1:${admin}`,
      output: () => output,
      evaluate: (script) => this.podman("exec", name, "node", "-e", script),
      stop: async () => {
        await this.podman("stop", "--time", "30", name);
        await exited;
      },
    };
  }

  /** Ends and removes all of it. */
  async remove(): Promise<void> {
    await this.podman("rm", "--all", "--force", "--time", "0");
    await this.podman("image", "umount", "--all");
    if (this.folder !== process.env.IMAGES_KEPT) await rm(this.folder, { recursive: true, force: true });
  }
}

/** No daemon and no systemd: runc itself, and control groups as files. */
const GLOBAL = ["--runtime", "runc", "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"];

/** As the pods' security contexts have it; the user is the image's own. */
function runArguments({ image, command, memory, env, mounts = {} }: ContainerOptions): string[] {
  const bytes = memory.replace(/Mi$/, "m").replace(/Gi$/, "g");
  return [
    ...[
      "--network",
      "host",
      "--read-only",
      "--read-only-tmpfs=false",
      "--tmpfs",
      "/tmp:rw,size=64m,mode=1777",
    ],
    ...["--cap-drop", "all", "--security-opt", "no-new-privileges"],
    ...["--memory", bytes, "--memory-swap", bytes],
    // The usual ones are more than root has where it lacks CAP_SYS_RESOURCE.
    ...["--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096"],
    ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...Object.entries(mounts).flatMap(([inside, here]) => {
      const writable = here.endsWith(":rw");
      return ["--volume", `${here.replace(/:rw$/, "")}:${inside}:${writable ? "rw" : "ro"}`];
    }),
    image,
    ...command,
  ];
}
