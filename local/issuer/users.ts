import { createHash, timingSafeEqual } from "node:crypto";
import { uuidOf } from "../provider/naming.ts";

/** Password of every demo user. It guards nothing: the issuer listens on this machine only. */
export const demoPassword = "trizone";

/** Of whom olivia operates the platform. */
export const demoUsers = ["demo", "alice", "bob", "olivia"].map((username) => ({
  username,
  password: demoPassword,
  groups: username === "olivia" ? ["operators"] : [],
}));

/** A user's `sub`: a UUID as in a Cognito pool, the same after every restart since orders hold it. */
export function subjectOf(username: string): string {
  const hex = createHash("sha256").update(`trizone:${username}`).digest("hex");
  return uuidOf(hex.slice(0, 32));
}

/** The demo user that name and password belong to. */
export function authenticate(username: string, password: string): { username: string } | undefined {
  const user = demoUsers.find((one) => one.username === username);
  // A digest of both has the same length, which timingSafeEqual asks for, and takes the same time without a user.
  const same = timingSafeEqual(digest(user?.password ?? ""), digest(password));
  return user && same ? user : undefined;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
