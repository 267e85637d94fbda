import pg, { type Client } from "pg";
import { readCredentials } from "../kit/database/credentials.ts";
import { scramVerifier } from "./scram.ts";

/**
 * Gives each role its password and lets it log in, all of them or none.
 * @param folders each with the files `username`, the role, and `password`
 * @throws Error when a file can't be read, or a role isn't there
 */
export async function setLogins(client: Client, folders: string[]): Promise<string[]> {
  const logins = await Promise.all(folders.map(readCredentials));
  const verifiers = await Promise.all(logins.map(({ password }) => scramVerifier(password)));
  const statements = logins.map(
    ({ username }, i) =>
      `ALTER ROLE ${pg.escapeIdentifier(username)} LOGIN PASSWORD ${pg.escapeLiteral(verifiers[i] ?? "")}`,
  );
  // Several statements in one query are one transaction.
  if (statements.length > 0) await client.query(statements.join(";\n"));
  return logins.map(({ username }) => username);
}
