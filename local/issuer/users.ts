import { createHash, timingSafeEqual } from "node:crypto";

/** Somebody who can sign in at the local issuer. */
export interface User {
  username: string;
  password: string;
}

/** Password of every demo user. It guards nothing: the issuer listens on this machine only. */
export const demoPassword = "trizone";

export const demoUsers: User[] = ["demo", "alice", "bob"].map((username) => ({
  username,
  password: demoPassword,
}));

/** A user's `sub`: a UUID as in a Cognito pool, the same after every restart since orders hold it. */
export function subjectOf(username: string): string {
  const hex = createHash("sha256").update(`trizone:${username}`).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** The user that name and password belong to. */
export function authenticate(users: User[], username: string, password: string): User | undefined {
  const user = users.find((one) => one.username === username);
  // A digest of both has the same length, which timingSafeEqual asks for, and takes the same time without a user.
  const same = timingSafeEqual(digest(user?.password ?? ""), digest(password));
  return user && same ? user : undefined;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
