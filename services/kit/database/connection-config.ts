import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClientConfig } from "pg";
import { z } from "zod";

/** Environment variables of a service that uses the database. */
export const DatabaseEnvironment = z.object({
  /** `postgresql://HOST:PORT/NAME?sslmode=…`, without a user. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Folder with the files `username` and `password`, whose contents may be rotated at any time. */
  DATABASE_CREDENTIALS: z.string().min(1),
  /** Connections of this pod at most; all pods' together must stay below the database's max_connections. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).default(10),
});

export type DatabaseEnvironment = z.infer<typeof DatabaseEnvironment>;

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
