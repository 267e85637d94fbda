/** Where data is kept: PostgreSQL with its pooler, logins and migrations, Redis, and the bucket of model files. */
export { Cache } from "./cache.ts";
export { Database } from "./database.ts";
export {
  type CredentialsVolume,
  type DatabaseBinding,
  databaseAccess,
  ownerAccess,
} from "./database-access.ts";
export { DatabaseCredentials, DatabaseLogins } from "./database-logins.ts";
export { InClusterDatabase, InClusterSecrets } from "./in-cluster-database.ts";
export { Migrations } from "./migrations.ts";
export { ModelBucket } from "./model-bucket.ts";
export { Pooler } from "./pooler.ts";
export { type RotatedSecrets, Rotation } from "./rotation.ts";
