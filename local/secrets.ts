import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeJson } from "./state.ts";

/**
 * Secrets Manager on a laptop: a file of mode 600. It holds the master secret of each database, made up once as RDS
 * does with `manageMasterUserPassword`. Leaves out rotation, versions, resource policies and KMS.
 */
export class Secrets {
  readonly #file: string;
  readonly #values: Record<string, Record<string, string>>;

  constructor(file: string) {
    this.#file = file;
    this.#values = load(file);
  }

  /** The master user's secret with this ARN, made if there is none. */
  master(arn: string, username: string): { username: string; password: string } {
    const found = this.#values[arn];
    if (found?.password) return { username: found.username ?? username, password: found.password };
    const made = { username, password: randomBytes(24).toString("base64url") };
    this.#values[arn] = made;
    writeJson(this.#file, this.#values);
    return made;
  }

  /** The key-value pairs of a secret. Throws for an ARN that the graph's database did not declare. */
  read(arn: string): Record<string, string> {
    const found = this.#values[arn];
    if (!found)
      throw new Error(`no secret has the ARN ${arn}; a SecretProviderClass names one that nothing declares`);
    return found;
  }
}

function load(file: string): Record<string, Record<string, string>> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new Error(
      `${file} can't be read (${(error as Error).message}); restore it, or drop all data with: npm start -- --fresh`,
    );
  }
}
