import { DatabaseError } from "./errors.ts";

/** What differs between the instances of a cluster, and over time. */
export interface Settings {
  port: number;
  serverName: string;
  /** Name of the standby that each commit waits for; empty: commits wait for the local disk only. */
  waitFor: string;
  /** Connection string of the primary, for a standby. */
  source: string;
  /** The parameter group's. */
  parameters: Record<string, string>;
}

/** The standby's replication slot: the primary keeps the log that the standby has yet to read. */
export const SLOT = "trizone_standby";

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

/** The cluster relies on these. */
const HELD = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  password_encryption: "scram-sha-256",
  fsync: "on",
  full_page_writes: "on",
  restart_after_crash: "on",
  wal_level: "replica",
  max_wal_senders: "4",
  max_replication_slots: "4",
  hot_standby: "on",
  // A standby that is away for longer than this is copied anew.
  max_slot_wal_keep_size: "512MB",
  wal_receiver_status_interval: "1s",
  wal_retrieve_retry_interval: "200ms",
  wal_receiver_timeout: "5s",
  wal_sender_timeout: "5s",
  primary_slot_name: SLOT,
  recovery_target_timeline: "latest",
  max_logical_replication_workers: "0",
  huge_pages: "off",
  // In the data folder: of an instance that was killed and copied anew, nothing stays in the machine's memory.
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

const OWN = ["port", "cluster_name", "synchronous_standby_names", "primary_conninfo"];

/**
 * The parameter group as PostgreSQL takes it. Left out: `rds.*`, and formulas such as `{DBInstanceClassMemory/32768}`,
 * since a laptop has no instance class. Throws a DatabaseError for those that a Multi-AZ instance does not let one set.
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
export function configuration(settings: Settings): string {
  const all: Record<string, string> = {
    ...DEFAULTS,
    ...settings.parameters,
    ...HELD,
    port: String(settings.port),
    cluster_name: settings.serverName,
    synchronous_standby_names: settings.waitFor && `FIRST 1 ("${settings.waitFor}")`,
    primary_conninfo: settings.source,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name} = '${escaped(value)}'`)
    .join("\n");
}

/** As PostgreSQL's configuration files read strings: backslashes escape, a line ends the entry. */
function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}

/** The text of `pg_hba.conf`: passwords over TCP from this machine. */
export const ACCESS = [
  "host all all 127.0.0.1/32 scram-sha-256",
  "host replication all 127.0.0.1/32 scram-sha-256",
].join("\n");
