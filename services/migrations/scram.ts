import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { WrongInstruction } from "./direction.ts";

/** PostgreSQL's own default (`scram_iterations`); RFC 7677 asks for no less. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;

/**
 * What PostgreSQL stores of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677), in the form of `pg_authid.rolpassword`:
 * with it a role gets its password without any statement, and so any log, holding the password.
 * @throws WrongInstruction for a password with other than printable ASCII characters, which clients may prepare in different ways
 */
export async function scramVerifier(password: string, salt = randomBytes(SALT_BYTES)): Promise<string> {
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw new WrongInstruction(
      "a database login's password must be printable ASCII characters; make another one",
    );
  }
  const salted = await promisify(pbkdf2)(password, salt, ITERATIONS, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const serverKey = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
