import type * as pulumi from "@pulumi/pulumi";
import type { Mount, Volume } from "./pod.ts";

/** Where a container finds the files `username` and `password`. */
const CREDENTIALS_PATH = "/var/run/trizone/database";

/** What a pod needs to reach a database: its variables and the volume with its credentials. */
export interface DatabaseAccess {
  env: Record<string, pulumi.Input<string>>;
  mounts: Mount[];
  /** What must be there before the pods start. */
  after: pulumi.Resource[];
}

/**
 * @param url without a user
 * @param poolSize connections that a pod opens at most
 * @param source the volume that holds the files
 * @param after what that volume needs
 */
export function databaseAccess(
  url: pulumi.Input<string>,
  poolSize: number,
  source: Omit<Volume, "name">,
  after: pulumi.Resource[],
): DatabaseAccess {
  return {
    after,
    env: {
      DATABASE_URL: url,
      DATABASE_CREDENTIALS: CREDENTIALS_PATH,
      DATABASE_POOL_SIZE: String(poolSize),
    },
    mounts: [{ name: "database", path: CREDENTIALS_PATH, volume: { name: "database", ...source } }],
  };
}
