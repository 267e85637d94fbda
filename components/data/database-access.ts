import type * as pulumi from "@pulumi/pulumi";
import { poolSizeOf } from "../../config/index.ts";
import { type Mount, mount, type Volume } from "../workload/index.ts";

/** Where a container finds the files `username` and `password`. */
const CREDENTIALS_PATH = "/var/run/trizone/database";

/** Where the migrations find those of each service, in a folder of its name. */
const LOGINS_PATH = "/var/run/trizone/logins";

/** The source of a volume with the files `username` and `password`. */
export type CredentialsVolume = Omit<Volume, "name">;

/** A database as pods reach it: its address, and the credentials of each who may log in. */
export interface DatabaseBinding {
  /** Without a user. */
  url: pulumi.Input<string>;
  /** Of the account that owns it, which the migrations alone use. */
  owner: CredentialsVolume;
  /** Of each service. */
  services: Record<string, CredentialsVolume>;
  /** What must be there before pods that mount them start. */
  after: pulumi.Resource[];
}

/** What a pod needs to reach a database: its variables and the volume with its credentials. */
export interface DatabaseAccess {
  env: Record<string, pulumi.Input<string>>;
  mounts: Mount[];
  /** What must be there before the pods start. */
  after: pulumi.Resource[];
}

/**
 * How a service's pods log in to the database: each service as a role of its own.
 * @param poolSize connections that a pod opens at most, if the service has no number of its own
 */
export function databaseAccess(database: DatabaseBinding, service: string, poolSize: number): DatabaseAccess {
  const login = database.services[service];
  if (!login) throw new Error(`service ${service} has no login; name it in DATABASE in config/services.ts`);
  return {
    after: database.after,
    env: {
      DATABASE_URL: database.url,
      DATABASE_CREDENTIALS: CREDENTIALS_PATH,
      DATABASE_POOL_SIZE: String(poolSizeOf(service, poolSize)),
    },
    mounts: [mount("database", CREDENTIALS_PATH, login)],
  };
}

/** How the migrations log in: as its owner, with the logins that they give to the services' roles. */
export function ownerAccess({ url, owner, services, after }: DatabaseBinding): DatabaseAccess {
  const logins = Object.entries(services).map(([service, login]) =>
    mount(`login-${service}`, `${LOGINS_PATH}/${service}`, login),
  );
  return {
    after,
    env: {
      DATABASE_URL: url,
      DATABASE_CREDENTIALS: CREDENTIALS_PATH,
      ROLE_CREDENTIALS: logins.map(({ path }) => path).join(","),
    },
    mounts: [mount("database", CREDENTIALS_PATH, owner), ...logins],
  };
}
