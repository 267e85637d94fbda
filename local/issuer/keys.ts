import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import { z } from "zod";
import { readKept, writeDurably } from "../files.ts";

const PrivateKey = z.looseObject({
  kty: z.literal("RSA"),
  kid: z.string(),
  alg: z.literal("RS256"),
  use: z.literal("sig"),
  n: z.string(),
  e: z.string(),
  d: z.string(),
  p: z.string(),
  q: z.string(),
  dp: z.string(),
  dq: z.string(),
  qi: z.string(),
});

const KeyFile = z.object({
  version: z.literal(1),
  /** RSA private keys that tokens are signed with. */
  signing: z.array(PrivateKey).min(1),
  /** Secrets that the login's cookies are signed with. */
  cookies: z.array(z.string().min(32)).min(1),
});

export type Keys = z.infer<typeof KeyFile>;

/** The issuer's keys out of their file, made there the first time. Throws when the file isn't one of ours. */
export async function loadKeys(file: string): Promise<Keys> {
  const remedy = "correct it, or delete it, which ends every token's validity";
  const kept = await readKept(file, KeyFile, "the issuer's keys", remedy);
  if (kept) return kept;
  const made = await make();
  await writeDurably(file, made);
  return made;
}

async function make(): Promise<Keys> {
  const { privateKey } = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
  const key = {
    ...(await exportJWK(privateKey)),
    kid: randomBytes(16).toString("base64url"),
    alg: "RS256",
    use: "sig",
  };
  return KeyFile.parse({ version: 1, signing: [key], cookies: [randomBytes(32).toString("base64url")] });
}
