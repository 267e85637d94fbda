import { randomBytes } from "node:crypto";
import pg, { type Client, type ClientConfig } from "pg";
import { z } from "zod";
import type { Credentials } from "../kit/database/index.ts";
import { loginStatement } from "./migrate.ts";

/** A service's login: its role in the database, and the id of the secret with `username` and `password`. */
export interface Login {
  role: string;
  secret: string;
}

/** What a secret says now. */
export interface Secret extends Credentials {
  /** When it began to say so, as far as that is known. */
  since?: Date;
}

/** Where secrets are kept. */
export interface Secrets {
  read(id: string): Promise<Secret>;
  write(id: string, login: Credentials): Promise<void>;
}

/** A cache that takes the new token and the one before it (ElastiCache's strategy ROTATE). */
export interface TokenHolder {
  secret: string;
  /** Returns once the token is accepted. */
  accept(token: string): Promise<void>;
}

export interface Rotation {
  /** Connected as the database's owner. */
  owner: Client;
  /** How a login connects to the database. */
  connection(login: Credentials): ClientConfig;
  secrets: Secrets;
  logins: Login[];
  cache?: TokenHolder;
  log(message: string): void;
}

/** The two logins of a role: the role itself and its second one (`0103_roles_second_logins.sql`). */
const secondOf = (role: string) => `${role}_b`;

/**
 * What was changed less long ago is left alone: pods may still use the login before it, whose password would be the
 * next to change. Mounted files follow within minutes.
 */
const YOUNG_MS = 60 * 60 * 1000;

/** 64 characters; ElastiCache takes 16 to 128. */
const newPassword = () => randomBytes(32).toString("hex");

/**
 * Gives every service the login that it doesn't use now, with a new password, tries it, and only then names it in the
 * service's secret; the login that pods still use stays valid until the next time. The cache's token likewise: the one
 * before stays valid. What fails leaves the secret as it was, doesn't hold up the others, and may be run again.
 * @throws Error that names all that failed
 */
export async function rotate(rotation: Rotation): Promise<void> {
  const { logins, cache, log } = rotation;
  const tasks = logins.map(
    ({ role, secret }) => [role, secret, () => rotateLogin(rotation, role, secret)] as const,
  );
  if (cache) tasks.push(["cache", cache.secret, () => rotateToken(rotation, cache)]);
  const failed: string[] = [];
  for (const [name, secret, run] of tasks) {
    try {
      const { since } = await rotation.secrets.read(secret);
      const isYoung = since !== undefined && Date.now() - since.getTime() < YOUNG_MS;
      log(isYoung ? `${name}: left alone, as it was rotated less than an hour ago` : await run());
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failed.length > 0) throw new Error(`these were not rotated, run it again: ${failed.join("; ")}`);
}

async function rotateLogin(
  { owner, connection, secrets }: Rotation,
  role: string,
  secret: string,
): Promise<string> {
  const { username: used } = await secrets.read(secret);
  if (used !== role && used !== secondOf(role)) {
    throw new Error(`its secret names ${used}, which is neither ${role} nor ${secondOf(role)}`);
  }
  const username = used === role ? secondOf(role) : role;
  const password = newPassword();
  await owner.query(await loginStatement({ username, password }));
  await tryLogin(connection({ username, password }), role);
  await secrets.write(secret, { username, password });
  return `${role}: logs in as ${username} from now on`;
}

async function rotateToken({ secrets }: Rotation, { secret, accept }: TokenHolder): Promise<string> {
  const { username } = await secrets.read(secret);
  const password = newPassword();
  await accept(password);
  await secrets.write(secret, { username, password });
  return "cache: takes a new token from now on";
}

/** @throws Error when the login isn't let in, or isn't the role once it is in */
async function tryLogin(config: ClientConfig, role: string): Promise<void> {
  const client = new pg.Client({ ...config, query_timeout: 10_000 });
  // The statement under way fails with it.
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ role: string }>("SELECT current_user AS role");
    if (rows[0]?.role !== role) throw new Error(`its other login is ${rows[0]?.role}, not ${role}`);
  } finally {
    await client.end();
  }
}

const LoginText = z.object({ username: z.string(), password: z.string() });

/** What a secret's text says. @throws Error that doesn't show it */
export function loginIn(text: string | undefined, id: string): Credentials {
  try {
    return LoginText.parse(JSON.parse(text ?? ""));
  } catch {
    throw new Error(`secret ${id} is not JSON with the keys username and password`);
  }
}
