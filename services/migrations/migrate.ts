import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { runner } from "node-pg-migrate";
import pg, { type Client } from "pg";
import { type Credentials, readCredentials } from "../kit/database/index.ts";

/** A mistake in the arguments or files that a person gave; trying again doesn't help. */
export class WrongInstruction extends Error {}

/** Up to the newest migration, or down by a number of migrations or to a named one. */
export type Direction = { way: "up" } | { way: "down"; to: string | number };

/** What the program is to do: migrations, new passwords, or a feed that goes on after a logical restore. */
export type Instruction = Direction | { way: "rotate" } | { way: "rebase-feed" };

const USAGE =
  "say nothing or `up` to bring the schemas up to date, `down <n>` to take the last n migrations back, " +
  "`down <name>` to take back that one and all that were made after it, `rotate` to give new passwords, or " +
  "`rebase-feed` to have the feed of orders go on in a cluster that a logical dump was restored into.";

/**
 * Reads the program's arguments.
 * @throws WrongInstruction that says what they may be
 */
export function instructionOf(args: readonly string[]): Instruction {
  const [way = "up", to, ...rest] = args;
  if ((way === "up" || way === "rotate" || way === "rebase-feed") && to === undefined) return { way };
  if (way === "down" && to !== undefined && rest.length === 0) {
    if (!/^\d{1,3}$/.test(to)) return { way, to };
    if (Number(to) > 0) return { way, to: Number(to) };
  }
  throw new WrongInstruction(`"${args.join(" ")}" is no instruction: ${USAGE}`);
}

/**
 * How many of the migrations that were run, in their order, are to be reverted.
 * @throws WrongInstruction when the one that is named is not among them
 */
function countBack(to: string | number, made: readonly string[]): number {
  if (typeof to === "number") return Math.min(to, made.length);
  const at = made.lastIndexOf(to);
  if (at >= 0) return made.length - at;
  throw new WrongInstruction(
    `the migration ${to} was not run here; those that were: ${made.join(", ") || "none"}`,
  );
}

/**
 * Gives each role its password and lets it log in, all of them or none.
 * @param folders each with the files `username`, the role, and `password`
 * @throws Error when a file can't be read, or a role isn't there
 */
async function setLogins(client: Client, folders: string[]): Promise<string[]> {
  const logins = await Promise.all(folders.map(readCredentials));
  const statements = await Promise.all(logins.map(loginStatement));
  // Several statements in one query are one transaction.
  if (statements.length > 0) await client.query(statements.join(";\n"));
  return logins.map(({ username }) => username);
}

/** The statement that gives a role its password, which isn't in it, and lets it log in. */
export async function loginStatement({ username, password }: Credentials): Promise<string> {
  const verifier = pg.escapeLiteral(await scramVerifier(password));
  return `ALTER ROLE ${pg.escapeIdentifier(username)} LOGIN PASSWORD ${verifier}`;
}

/** PostgreSQL's own default (`scram_iterations`); RFC 7677 asks for no less. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;

/**
 * What PostgreSQL stores of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677), in the form of `pg_authid.rolpassword`:
 * with it a role gets its password without any statement, and so any log, holding the password.
 * @throws WrongInstruction for a password with other than printable ASCII characters, which clients may prepare in different ways
 */
async function scramVerifier(password: string, salt = randomBytes(SALT_BYTES)): Promise<string> {
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw new WrongInstruction(
      "the password of a database login contains other than printable ASCII characters; set another one",
    );
  }
  const salted = await promisify(pbkdf2)(password, salt, ITERATIONS, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const serverKey = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

/** Number of the advisory lock under which migrations run: any number, but the same in every version. */
const LOCK = "7241865325823965";
const TABLE = "migrations";

export interface Task {
  direction: Direction;
  /** Folder of the SQL files. */
  directory: string;
  /** Folders with the services' logins. */
  logins: string[];
  log(message: string): void;
}

/**
 * Brings the schemas where they are wanted, in one transaction: all migrations that are due, or none. Then, on the way
 * up, gives the services' roles their passwords. One at a time, whoever else runs this.
 */
export async function migrate(client: Client, { direction, directory, logins, log }: Task): Promise<void> {
  await client.query(`SELECT pg_advisory_lock(${LOCK})`);
  const common = {
    dbClient: client,
    dir: directory,
    migrationsTable: TABLE,
    // A schema's migrations have numbers of their own range, and come in their order; that of schemas is free.
    checkOrder: false,
    singleTransaction: true,
    noLock: true,
    log,
  };
  if (direction.way === "down") {
    const count = countBack(direction.to, await made(client));
    if (count > 0) await runner({ ...common, direction: "down", count });
    return;
  }
  await runner({ ...common, direction: "up" });
  const given = await setLogins(client, logins);
  if (given.length > 0) log(`Roles that may log in now: ${given.join(", ")}`);
}

/** Names of the migrations that were made, in that order. */
async function made(client: Client): Promise<string[]> {
  const { rows: tables } = await client.query("SELECT to_regclass($1) IS NOT NULL AS there", [
    `public.${TABLE}`,
  ]);
  if (!tables[0]?.there) return [];
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${TABLE} ORDER BY run_on, id`);
  return rows.map(({ name }) => name);
}
