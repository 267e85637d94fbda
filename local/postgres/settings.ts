/** Small enough for a laptop that runs much else, and what the instance relies on. */
const SETTINGS = {
  shared_buffers: "64MB",
  max_connections: "200",
  max_wal_size: "256MB",
  synchronous_commit: "on",
  max_worker_processes: "4",
  max_parallel_workers: "2",
  autovacuum_max_workers: "1",
  timezone: "UTC",
  log_checkpoints: "off",
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

/** The text of `postgresql.conf`. Left out: the program's parameter group. */
export function configuration(port: number, serverName: string): string {
  return Object.entries({ ...SETTINGS, port, cluster_name: serverName })
    .map(([name, value]) => `${name} = '${value}'\n`)
    .join("");
}

/** The text of `pg_hba.conf`: passwords over TCP from this machine. */
export const ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n";
