import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg, { type ClientConfig } from "pg";
import { z } from "zod";
import { isLoginRefused } from "./connection-loss.ts";

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

const withoutNewline = (text: string) => text.replace(/\r?\n$/, "");

/** @throws Error when a file cannot be read. */
export async function readCredentials(folder: string): Promise<Credentials> {
  const read = async (name: string) => withoutNewline(await readFile(join(folder, name), "utf8"));
  const [username, password] = await Promise.all([read("username"), read("password")]);
  return { username, password };
}

/**
 * How to connect now. Credentials are read anew each time, as they are rotated while pods run.
 * @throws Error when a file cannot be read.
 */
export async function connectionConfig(environment: DatabaseEnvironment): Promise<ClientConfig> {
  return loginConfig(environment.DATABASE_URL, await readCredentials(environment.DATABASE_CREDENTIALS));
}

/** How to connect with a login to a database, whose URL has no user. */
export function loginConfig(database: string, { username, password }: Credentials): ClientConfig {
  // In the URL, as the driver takes the URL's absent user for an empty one over any that is given beside it.
  const url = new URL(database);
  url.username = encodeURIComponent(username);
  url.password = encodeURIComponent(password);
  return { connectionString: url.href };
}

type OnConnect = (error: Error | null, client?: pg.Client) => void;

/** How long a login that was refused isn't tried again where an earlier one was let in. */
const REFUSED_MS = 2000;

const isSame = (one: Credentials, other: Credentials | undefined) =>
  one.username === other?.username && one.password === other.password;

/**
 * The driver's client for a pool, of which each connection reads the login's files: they are rotated while pods run. A
 * pooler may come to know a new login later than the pod does, so that while it is refused the one that was let in last
 * is used: it stays valid until the next rotation.
 * @throws Error when a file cannot be read at first; later, what was read last is used
 */
export async function clientOfLogin({ DATABASE_URL, DATABASE_CREDENTIALS: folder }: DatabaseEnvironment) {
  let last = await readCredentials(folder);
  let letIn: Credentials | undefined;
  let refused: { login: Credentials; at: number } | undefined;

  const next = (): Credentials => {
    try {
      // Not awaited, as a pool makes its clients at once. Mounted files are in memory, and connections are few.
      const read = (name: string) => withoutNewline(readFileSync(join(folder, name), "utf8"));
      last = { username: read("username"), password: read("password") };
    } catch {
      // They are being replaced: the server judges what they said before.
    }
    const isRefused = isSame(last, refused?.login) && performance.now() - (refused?.at ?? 0) < REFUSED_MS;
    return (isRefused && letIn) || last;
  };

  return class extends pg.Client {
    readonly #login: Credentials;

    constructor(config?: ClientConfig) {
      const login = next();
      super({ ...config, ...loginConfig(DATABASE_URL, login) });
      this.#login = login;
    }

    override connect(): Promise<pg.Client>;
    override connect(callback: OnConnect): void;
    override connect(callback?: OnConnect): Promise<pg.Client> | undefined {
      if (!callback) return super.connect();
      const answered: OnConnect = (error, client) => {
        if (!error) letIn = this.#login;
        else if (isLoginRefused(error)) refused = { login: this.#login, at: performance.now() };
        callback(error, client);
      };
      super.connect(answered);
    }
  };
}
