/** Folders of the pooler's container: its settings, its file of accounts, the CA certificates, the services' logins. */
export const FOLDERS = {
  settings: "/etc/pgbouncer",
  run: "/run/pgbouncer",
  trust: "/run/trust",
  credentials: "/var/run/trizone/logins",
};

export interface PoolerSettings {
  /** `postgresql://host:port/name?sslmode=…`, without a user. */
  url: string;
  port: number;
  /** To the database, at most. */
  connections: number;
  /** From the services, at most. */
  clients: number;
}

/** Start-up parameters that PgBouncer ignores: they hold for a session, and it gives clients only transactions. */
const IGNORED = ["extra_float_digits", "statement_timeout", "query_timeout", "lock_timeout", "options"];

/** Seconds in which a statement must end: longer than any service's own limit, since theirs isn't passed on. */
const STATEMENT_SECONDS = 10;

/** `pgbouncer.ini` (https://www.pgbouncer.org/config.html). No secret is in it. */
export function poolerSettings({ url, port, connections, clients }: PoolerSettings): string {
  const { hostname, port: databasePort, pathname, searchParams } = new URL(url);
  const name = pathname.slice(1);
  const settings = {
    listen_addr: "0.0.0.0",
    listen_port: port,
    unix_socket_dir: "",
    auth_type: "scram-sha-256",
    auth_file: `${FOLDERS.run}/userlist.txt`,
    pool_mode: "transaction",
    default_pool_size: connections,
    // Over all users: what the connection budget counts.
    max_db_connections: connections,
    max_client_conn: clients,
    max_prepared_statements: 200,
    ignore_startup_parameters: IGNORED.join(","),
    query_timeout: STATEMENT_SECONDS,
    // A statement that finds no connection for so long is refused rather than kept.
    query_wait_timeout: 3,
    server_tls_sslmode: searchParams.get("sslmode") ?? "verify-full",
    server_tls_ca_file: `${FOLDERS.trust}/ca.pem`,
    // After a failover the name resolves to another address, and old connections are dead.
    dns_max_ttl: 5,
    server_connect_timeout: 2,
    server_login_retry: 1,
    server_lifetime: 3600,
    tcp_keepalive: 1,
    tcp_keepidle: 2,
    tcp_keepintvl: 2,
    tcp_keepcnt: 3,
    log_connections: 0,
    log_disconnections: 0,
  };
  return [
    "[databases]",
    `${name} = host=${hostname} port=${databasePort || 5432} dbname=${name}`,
    "[pgbouncer]",
    ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`),
    "",
  ].join("\n");
}

/**
 * PgBouncer reads accounts from a file of its own form: made of the mounted files before it starts, and again whenever
 * they are rotated; an account whose login was replaced by one of another name stays, as clients may still use it, and
 * the database lets it in until the next rotation. On SIGTERM it would wait until every client has disconnected; on SIGINT it ends as soon as no
 * transaction is open.
 */
export const POOLER_SCRIPT = `
set -eu
umask 077
quoted() { sed 's/"/""/g' "$1"; }
accounts() {
  for login in ${FOLDERS.credentials}/*/; do
    printf '"%s" "%s"\\n' "$(quoted "$login/username")" "$(quoted "$login/password")"
  done
}
list=${FOLDERS.run}/userlist.txt
write() {
  accounts > $list.now
  { cat $list.now; if [ -f $list ]; then while read -r name rest; do grep -q "^$name " $list.now || printf '%s %s\\n' "$name" "$rest"; done < $list; fi; } > $list.new
  mv $list.new $list
}
write
pgbouncer ${FOLDERS.settings}/pgbouncer.ini &
pooler=$!
trap 'kill -INT $pooler' TERM INT
while kill -0 $pooler 2>/dev/null; do
  sleep 5 & wait $! || true
  if [ "$(accounts)" != "$(cat $list.now)" ]; then write; kill -HUP $pooler; fi
done
wait $pooler
`.trim();
