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
  /** From the services' pods, at most, as long as none is replaced. */
  clients: number;
}

/** Start-up parameters that PgBouncer ignores: they hold for a session, and it gives clients only transactions. */
const IGNORED = ["extra_float_digits", "statement_timeout", "query_timeout", "lock_timeout", "options"];

/**
 * Milliseconds after which the database ends a statement, what the services ask for where they connect to it themselves:
 * a little less than they wait, so that what they answered 503 doesn't take effect later.
 */
const STATEMENT_MS = 1500;

/**
 * What each connection to the database begins with. A client that gave up ends its connection, on which PgBouncer ends the
 * one to the database: that looks for it so often, also while a statement waits for a lock.
 */
const CONNECT_QUERY = `SET statement_timeout = ${STATEMENT_MS}; SET client_connection_check_interval = 250`;

/**
 * Seconds that a connection to the database is used. After a failover old ones may lead to a server that takes no writes
 * any more, and they have the settings that their role had when they began. PgBouncer replaces them one after another.
 */
const LIFETIME_SECONDS = 60;

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
    // A release brings new pods beside those that end, and a pod that lost its connections opens others at once. One that
    // isn't used costs some hundred bytes.
    max_client_conn: clients * 2,
    max_prepared_statements: 200,
    ignore_startup_parameters: IGNORED.join(","),
    // The database ends statements; what may run longer says so itself, as the audit of all events does.
    query_timeout: 0,
    // A statement that finds no connection for so long is refused rather than kept.
    query_wait_timeout: 3,
    server_tls_sslmode: searchParams.get("sslmode") ?? "verify-full",
    server_tls_ca_file: `${FOLDERS.trust}/ca.pem`,
    // After a failover the name resolves to another address, and old connections are dead.
    dns_max_ttl: 5,
    server_connect_timeout: 2,
    server_login_retry: 1,
    server_lifetime: LIFETIME_SECONDS,
    tcp_keepalive: 1,
    tcp_keepidle: 2,
    tcp_keepintvl: 2,
    tcp_keepcnt: 3,
    // Milliseconds in which what was sent must be acknowledged: keepalive alone doesn't look at a connection that is used.
    tcp_user_timeout: 8000,
    log_connections: 0,
    log_disconnections: 0,
  };
  return [
    "[databases]",
    `${name} = host=${hostname} port=${databasePort || 5432} dbname=${name} connect_query='${CONNECT_QUERY}'`,
    "[pgbouncer]",
    ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`),
    "",
  ].join("\n");
}

/**
 * PgBouncer reads accounts from a file of its own form: made of the mounted files before it starts, and again whenever
 * they are rotated; an account whose login was replaced by one of another name stays, as clients may still use it, and
 * the database lets it in until the next rotation. What two looks don't see alike is just being replaced. On SIGTERM it
 * would wait until every client has disconnected; on SIGINT it ends as soon as no transaction is open. The script ends
 * when PgBouncer does, with its status.
 */
export const POOLER_SCRIPT = `
set -eu
umask 077
quoted() { sed 's/"/""/g' "$1"; }
accounts() {
  for login in ${FOLDERS.credentials}/*/; do
    [ -s "$login/username" ] && [ -s "$login/password" ] || return 1
    printf '"%s" "%s"\\n' "$(quoted "$login/username")" "$(quoted "$login/password")"
  done
}
list=${FOLDERS.run}/userlist.txt
write() {
  printf '%s\\n' "$1" > $list.now
  { cat $list.now; if [ -f $list ]; then while read -r name rest; do grep -q "^$name " $list.now || printf '%s %s\\n' "$name" "$rest"; done < $list; fi; } > $list.new
  mv $list.new $list
}
seen=$(accounts)
write "$seen"
pgbouncer ${FOLDERS.settings}/pgbouncer.ini &
pooler=$!
watch() {
  while kill -0 $pooler 2>/dev/null; do
    sleep 2
    now=$(accounts) || continue
    if [ "$now" = "$seen" ] && [ "$now" != "$(cat $list.now)" ]; then write "$now"; kill -HUP $pooler; fi
    seen=$now
  done
}
watch &
trap 'kill -INT $pooler' TERM INT
# A signal ends the wait, not PgBouncer.
while wait $pooler && status=0 || status=$?; kill -0 $pooler 2>/dev/null; do :; done
exit $status
`.trim();
