import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClientConfig } from "pg";
import type { DatabaseEnvironment } from "./environment.ts";

/** A login as a folder has it: the files `username` and `password`. */
export interface Credentials {
  username: string;
  password: string;
}

/** @throws Error when a file cannot be read. */
export async function readCredentials(folder: string): Promise<Credentials> {
  const read = async (name: string) => (await readFile(join(folder, name), "utf8")).replace(/\r?\n$/, "");
  const [username, password] = await Promise.all([read("username"), read("password")]);
  return { username, password };
}

/**
 * How to connect now. Credentials are read anew each time, as they are rotated while pods run.
 * @throws Error when a file cannot be read.
 */
export async function connectionConfig(environment: DatabaseEnvironment): Promise<ClientConfig> {
  const { username, password } = await readCredentials(environment.DATABASE_CREDENTIALS);
  // In the URL, as the driver takes the URL's absent user for an empty one over any that is given beside it.
  const url = new URL(environment.DATABASE_URL);
  url.username = encodeURIComponent(username);
  url.password = encodeURIComponent(password);
  return { connectionString: url.href };
}
