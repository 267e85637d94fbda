import type * as pulumi from "@pulumi/pulumi";
import { cacheClients, databaseClients, PERSONAL_DATA, pooledClients } from "../../config/data-clients.ts";
import type { Config, ServiceName } from "../../config/stack-config.ts";
import { type DatabaseAccess, type DatabaseLogins, databaseAccess, mount } from "../data/database-access.ts";
import type { Platform } from "../stacks/platform.ts";
import type { Mount } from "./pod.ts";

/** Where a container finds the token of the cache. */
const CACHE_PATH = "/var/run/trizone/cache";

/** What a service stores in or is told by, and what proves that it may: variables, volumes and what those need. */
export function serviceAccess(
  service: ServiceName,
  { database: { poolSize } }: Config,
  { database, cache, personalDataKey }: Platform,
  near: DatabaseLogins,
): DatabaseAccess {
  const access: DatabaseAccess = { env: {}, mounts: [], after: [] };
  const add = (env: DatabaseAccess["env"], mounts: Mount[], after: pulumi.Resource[] = []) => {
    Object.assign(access.env, env);
    access.mounts.push(...mounts);
    access.after.push(...after);
  };
  if (databaseClients([service]).length > 0) {
    const at = pooledClients([service]).length > 0 ? near : database;
    const { env, mounts, after } = databaseAccess(at, service, poolSize);
    add(env, mounts, after);
  }
  if (cache && cacheClients([service]).length > 0) {
    const env = { REDIS_URL: cache.url, CACHE_CREDENTIALS: CACHE_PATH };
    add(env, [mount("cache", CACHE_PATH, cache.credentials)]);
  }
  if (PERSONAL_DATA.includes(service))
    add({ PERSONAL_DATA_KEY: personalDataKey.url }, personalDataKey.mounts);
  return access;
}
