import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { endWithUs } from "../../support/end-with-us.ts";

/** A real S3 server on this machine (moto, of PyPI), with one bucket. */
export interface S3Server {
  url: string;
  stop(): void;
}

/** Why there is none here; nothing where it can be started. */
export function whyNoMoto(): string | undefined {
  try {
    execFileSync("python3", ["-c", "import moto.server, flask"], { stdio: "ignore", timeout: 60_000 });
    return undefined;
  } catch {
    return "Python has no moto here: pip install 'moto[s3,server]'";
  }
}

/** Resolves once it listens, and the bucket is made. */
export async function startMoto(bucket: string): Promise<S3Server> {
  const child: ChildProcess = spawn("python3", ["-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithUs(child);
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error("moto has no output");
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [stdout, stderr])
      createInterface({ input: stream }).on("line", (line) => {
        const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
        if (found) resolve(found);
      });
    child.once("exit", (code) => reject(new Error(`moto ended with ${code}`)));
  });
  const made = await fetch(`${url}/${bucket}`, { method: "PUT" });
  if (!made.ok) throw new Error(`moto answered ${made.status}: ${await made.text()}`);
  return { url, stop: () => void child.kill() };
}
