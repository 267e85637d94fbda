export { PostgresCluster, type PostgresStatus, type Primary } from "./cluster.ts";
export { DatabaseError } from "./errors.ts";
export type { PostgresOptions } from "./options.ts";
