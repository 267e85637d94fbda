import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Outputs of a stack on AWS, whose public address nobody listens at. */
export const outputs = {
  stack: "prod",
  region: "ap-southeast-2",
  publicUrl: "http://127.0.0.1:9",
  apiUrl: "http://127.0.0.1:9/api",
  issuer: "https://cognito-idp.ap-southeast-2.amazonaws.com/pool",
  clientId: "client",
  userPoolId: "pool",
  arcEndpoint: "https://arc-zonal-shift.ap-southeast-2.amazonaws.com",
  loadBalancers: {
    public: {
      arn: "arn:aws:elb:public",
      name: "public",
      dnsName: "public.example",
      url: "https://public.example",
    },
    internal: { arn: "arn:aws:elb:in", name: "internal", dnsName: "in.example", url: "https://in.example" },
  },
  cluster: { name: "trizone", arn: "arn:aws:eks:cluster" },
  zones: ["a", "b", "c"].map((letter, index) => ({
    name: `ap-southeast-2${letter}`,
    id: `apse2-az${index + 1}`,
  })),
  database: { endpoint: "orders.abc.ap-southeast-2.rds.amazonaws.com", name: "trizone" },
  modelBucket: "models",
  runnerSecurityGroupId: "sg-1",
  leftToDo: [],
};

/** A folder with stand-ins for programs, put before the PATH of the command under test. */
export class CommandFixture implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "trizone-command-"));
  readonly outputsFile = this.file("outputs.json", JSON.stringify(outputs));

  file(name: string, content: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** A program of that name: the text of a Node program. */
  program(name: string, source: string): void {
    const path = this.file(`bin/${name}`, `#!/usr/bin/env node\n${source}`);
    chmodSync(path, 0o755);
  }

  /** Runs `trizone`; resolves with what it printed and its exit code, whatever that is. */
  run(
    args: string[],
    options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const PATH = [join(this.folder, "bin"), dirname(process.execPath), process.env.PATH].join(delimiter);
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [join(root, "bin/trizone.cjs"), ...args],
        { env: { ...process.env, PATH, ...options.env }, cwd: options.cwd ?? this.folder, timeout: 60_000 },
        (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
