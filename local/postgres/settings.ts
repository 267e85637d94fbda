import { DatabaseError } from "./errors.ts";

export interface Settings {
  port: number;
  serverName: string;
  /** The parameter group's. */
  parameters: Record<string, string>;
}

/** A parameter group may change these; small enough for a laptop that runs much else. */
const DEFAULTS = {
  shared_buffers: "64MB",
  max_connections: "200",
  max_wal_size: "256MB",
  synchronous_commit: "on",
  max_worker_processes: "4",
  max_parallel_workers: "2",
  autovacuum_max_workers: "1",
  timezone: "UTC",
  log_checkpoints: "off",
};

/** The instance relies on these. */
const HELD = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  password_encryption: "scram-sha-256",
  fsync: "on",
  full_page_writes: "on",
  restart_after_crash: "on",
  wal_level: "replica",
  max_wal_senders: "0",
  max_logical_replication_workers: "0",
  huge_pages: "off",
  // In the data folder: of a server that was killed nothing stays in the machine's memory.
  dynamic_shared_memory_type: "mmap",
  lc_messages: "C",
  log_destination: "stderr",
  logging_collector: "off",
  log_timezone: "UTC",
  log_min_messages: "warning",
  // Statements and rows may hold secrets.
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_statement: "none",
  log_min_duration_statement: "-1",
};

const OWN = ["port", "cluster_name"];

/**
 * The parameter group as PostgreSQL takes it. Left out: `rds.*`, and formulas such as `{DBInstanceClassMemory/32768}`,
 * since a laptop has no instance class. Throws a DatabaseError for those that the instance does not let one set.
 */
export function usableParameters(group: Record<string, string>): Record<string, string> {
  const held = Object.keys(group).filter((name) => name in HELD || OWN.includes(name));
  if (held.length > 0) {
    throw new DatabaseError(
      `The database's parameter group sets ${held.join(", ")}, which the instance itself needs. ` +
        "Remove them from the parameter group.",
    );
  }
  const usable = Object.entries(group).filter(([name, value]) => !name.includes(".") && !value.includes("{"));
  return Object.fromEntries(usable);
}

/** The text of `postgresql.conf`. */
export function configuration({ port, serverName, parameters }: Settings): string {
  const all = { ...DEFAULTS, ...parameters, ...HELD, port: String(port), cluster_name: serverName };
  return Object.entries(all)
    .map(([name, value]) => `${name} = '${escaped(value)}'\n`)
    .join("");
}

/** As PostgreSQL's configuration files read strings: backslashes escape, a line ends the entry. */
function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}

/** The text of `pg_hba.conf`: passwords over TCP from this machine. */
export const ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n";
