import type * as pulumi from "@pulumi/pulumi";
import {
  type Config,
  cacheClients,
  databaseClients,
  modelClients,
  PERSONAL_DATA,
  pooledClients,
  type ServiceName,
} from "../../config/index.ts";
import { type DatabaseBinding, databaseAccess } from "../data/index.ts";
import { type Mount, mount, type Preparation } from "../workload/index.ts";
import type { Platform } from "./platform.ts";

/** Where a container finds the token of the cache. */
const CACHE_PATH = "/var/run/trizone/cache";

/** Where a pod keeps the models that it fetched and verified: for the init container and the service, and for a restart. */
const MODELS_PATH = "/var/cache/trizone/models";

interface Access {
  env: Record<string, pulumi.Input<string>>;
  mounts: Mount[];
  /** What must be there before the pods start. */
  after: pulumi.Resource[];
  /** What must be fetched before. */
  preparation?: Preparation;
}

/**
 * How a service reaches the database, the cache, the models and the key of personal data, as far as it uses them.
 * @param cpu that each of its pods requests
 * @param pooled the database through its pooler, or the database itself
 */
export function accessOf(
  service: ServiceName,
  cpu: string,
  { database: { poolSize } }: Config,
  { database, cache, models, personalDataKey }: Platform,
  pooled: DatabaseBinding,
): Access {
  const used: Access[] = [];
  if (databaseClients([service]).length > 0) {
    const binding = pooledClients([service]).length > 0 ? pooled : database;
    used.push(databaseAccess(binding, service, poolSize));
  }
  if (cache && cacheClients([service]).length > 0) {
    const env = { REDIS_URL: cache.url, CACHE_CREDENTIALS: CACHE_PATH };
    used.push({ env, mounts: [mount("cache", CACHE_PATH, cache.credentials)], after: [] });
  }
  if (PERSONAL_DATA.includes(service)) {
    used.push({ env: { PERSONAL_DATA_KEY: personalDataKey.url }, mounts: personalDataKey.mounts, after: [] });
  }
  if (modelClients([service]).length > 0) used.push(modelAccess(cpu, models));
  const preparation = used.find((one) => one.preparation)?.preparation;
  return {
    ...(preparation && { preparation }),
    env: Object.assign({}, ...used.map(({ env }) => env)),
    mounts: used.flatMap(({ mounts }) => mounts),
    after: used.flatMap(({ after }) => after),
  };
}

/**
 * How pods reach the models: an init container fetches and verifies the current one into a folder that the service
 * shares. The folder is the pod's own: one of the node's, a hostPath, is what "restricted" pods may not have.
 */
function modelAccess(cpu: string, { url, region }: Platform["models"]): Access {
  const folder = { ...mount("models", MODELS_PATH, { emptyDir: { sizeLimit: "1Gi" } }), writable: true };
  const env = {
    MODEL_URL: url,
    MODEL_CACHE: MODELS_PATH,
    ...(region && { AWS_REGION: region }),
  };
  const command = ["node", "/app/init.js"];
  return {
    env: {
      ...env,
      MODEL_THREADS: String(threadsOf(cpu)),
      // Else each of its threads keeps for itself what it freed.
      MALLOC_ARENA_MAX: "2",
      // MiB of its main thread's heap. Bodies of 100 kB leave much behind, which V8 looks for when little room is left.
      NODE_OPTIONS: "--max-old-space-size=128",
    },
    mounts: [folder],
    after: [],
    preparation: { name: "model", command, env, mounts: [folder] },
  };
}

/** Whole CPUs of a request such as `500m`, rounded up. */
function threadsOf(cpu: string): number {
  return Math.ceil(cpu.endsWith("m") ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu));
}
