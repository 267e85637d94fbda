import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LOOPBACK_CREDENTIALS } from "../../../config/index.ts";
import { endWithUs } from "../../support/end-with-us.ts";

const program = fileURLToPath(new URL("boto3-client.py", import.meta.url));

/** What boto3 made of an answer: `error` and what follows where it raised one. Times are epoch seconds. */
export interface Boto3Result {
  status: number;
  answer?: Record<string, unknown>;
  error?: string;
  message?: string;
  reason?: string | null;
  zonalShiftId?: string | null;
  /** The exception's class. */
  modelled?: string;
}

/** Fails where boto3 isn't there, or is one from before 2025, which doesn't know all operations. */
const KNOWS_ALL = "import boto3; boto3.client('arc-zonal-shift', region_name='x').start_practice_run";

/** The Python with boto3: `BOTO3_PYTHON`, else the first `python3` of the PATH that has it; undefined where none has. */
export function pythonWithBoto3(): string | undefined {
  const folders = (process.env.PATH ?? "").split(":").map((folder) => `${folder}/python3`);
  return [process.env.BOTO3_PYTHON, ...folders].find((python) => {
    if (!python) return false;
    try {
      execFileSync(python, ["-c", KNOWS_ALL], { stdio: "ignore", timeout: 60_000 });
      return true;
    } catch {
      // Not there, or without boto3: the next one may have it.
      return false;
    }
  });
}

/** boto3's client of ARC's zonal shift, pointed at an endpoint. */
export class Boto3 {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(
    python: string,
    endpoint: string,
    {
      accessKeyId,
      secretAccessKey,
    }: Record<"accessKeyId" | "secretAccessKey", string> = LOOPBACK_CREDENTIALS,
  ) {
    this.#child = spawn(python, [program, endpoint, accessKeyId, secretAccessKey], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: "true" },
    });
    endWithUs(this.#child);
    if (!this.#child.stdout) throw new Error("the Python process has no output");
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Calls a method of the client, such as `start_zonal_shift`. One at a time. */
  async call(method: string, args: object = {}): Promise<Boto3Result> {
    this.#child.stdin?.write(`${JSON.stringify({ method, arguments: args })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the Python process ended; its error is above");
    return JSON.parse(value) as Boto3Result;
  }

  close(): void {
    this.#child.stdin?.end();
  }
}
