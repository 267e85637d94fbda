/** Access to PostgreSQL: connections that survive a failover, transactions, array parameters, and what its errors mean. */
export * from "./arrays.ts";
export * from "./connection-loss.ts";
export * from "./database.ts";
export {
  type Credentials,
  connectionConfig,
  DatabaseEnvironment,
  loginConfig,
  readCredentials,
} from "./login.ts";
export type { Session, Transaction } from "./session.ts";
