import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClientConfig } from "pg";
import type { DatabaseEnvironment } from "./environment.ts";

/**
 * How to connect now. Credentials are read anew each time, as they are rotated while pods run.
 * @throws Error when a file cannot be read.
 */
export async function connectionConfig(environment: DatabaseEnvironment): Promise<ClientConfig> {
  const read = async (name: string) =>
    (await readFile(join(environment.DATABASE_CREDENTIALS, name), "utf8")).replace(/\r?\n$/, "");
  const [user, password] = await Promise.all([read("username"), read("password")]);
  // In the URL, as the driver takes the URL's absent user for an empty one over any that is given beside it.
  const url = new URL(environment.DATABASE_URL);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return { connectionString: url.href };
}
