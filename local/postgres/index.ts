/**
 * RDS's Multi-AZ deployment on one machine: a PostgreSQL server on replicated storage (one data folder), which is
 * started in another zone when its own is lost.
 */
export { DatabaseInstance, type InstanceStatus } from "./instance.ts";
export type { InstanceOptions } from "./options.ts";
