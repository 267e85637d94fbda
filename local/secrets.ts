import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Graph, reveal } from "../engine/index.ts";
import { writeJson } from "./state.ts";

const SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
const Version = z.object({ arn: z.string(), secretString: z.string() });
const Values = z.record(z.string(), z.string());

/**
 * Secrets Manager on a laptop: a file of mode 600. It holds the master secret of each database, made up once as RDS
 * does with `manageMasterUserPassword`, and the secrets that the program declares, each as it was the first time: their
 * passwords are drawn anew whenever the program runs. Leaves out rotation, versions, resource policies and KMS.
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

  /** Takes the secrets that a graph declares; those that are there already stay. */
  keep(graph: Graph): void {
    const declared = graph.resources.filter(({ type }) => type === SECRET_VERSION);
    for (const { urn, inputs, outputs } of declared) {
      const { arn, secretString } = Version.parse(reveal({ ...inputs, ...outputs }));
      this.#values[arn] ??= values(urn, secretString);
    }
    writeJson(this.#file, this.#values);
  }

  /** The key-value pairs of a secret. Throws for an ARN that the graph did not declare. */
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

function values(urn: string, text: string): Record<string, string> {
  const parsed = Values.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new Error(`${urn} is no secret of keys and values, which are all that a laptop keeps`);
}
