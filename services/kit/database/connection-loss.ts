/** PostgreSQL states in which a login is refused. */
const LOGIN_STATES = new Set([
  "28P01", // invalid_password: rotated since it was read
  "28000", // invalid_authorization_specification
]);
/**
 * How PgBouncer says that it, or the server behind it, refuses a login: it has no state for that, and sends that of a
 * protocol violation, 08P01.
 */
const POOLER_REFUSAL = /authentication failed|no such user|login rejected|server login failed/;
/** PostgreSQL states in which this server, or this login, is of no more use but another connection may be. */
const LOST_STATES = new Set([
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now: starting up or in recovery
  "57P05", // idle_session_timeout
  "25P03", // idle_in_transaction_session_timeout
  "25P04", // transaction_timeout
  "25006", // read_only_sql_transaction: a server that takes no writes now
  "53300", // too_many_connections
  ...LOGIN_STATES,
]);
/** A statement that took too long, which doesn't happen on a healthy server. */
const STALLED_STATES = new Set(["57014", "55P03"]);

const code = (error: unknown): string => {
  const value = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof value === "string" ? value : "";
};

/**
 * Whether the outcome of the statement is unknown, or the server cannot execute it now. False for errors that answer the
 * statement. The driver's own errors (connection ended, timeouts) carry no SQLSTATE.
 */
export function isConnectionLoss(error: unknown): boolean {
  const state = code(error);
  const isSqlState = /^[0-9A-Z]{5}$/.test(state) && !state.startsWith("E");
  if (!isSqlState) return true;
  return (
    LOST_STATES.has(state) || STALLED_STATES.has(state) || state.startsWith("08") || state.startsWith("58")
  );
}

/**
 * Whether the server lacked what the statement needs, such as space on its disk (53100) or memory (53200): it has taken no
 * effect, the connection is as good as before, and a repeat at once would fail again.
 */
export function isOutOfResources(error: unknown): boolean {
  return code(error).startsWith("53");
}

/** PostgreSQL states in which a connection's prepared statements aren't there as its client knows them. */
const UNPREPARED_STATES = new Set([
  "26000", // invalid_sql_statement_name: it was prepared on another connection, or deallocated
  "42P05", // duplicate_prepared_statement
]);
/** Functions of PostgreSQL that find that a plan, or a row, was made for a table as it was before a migration. */
const STALE_ROUTINES = new Set([
  "RevalidateCachedQuery", // 0A000: cached plan must not change result type
  "CheckVarSlotCompatibility", // 42804, 42703: attribute has wrong type, or has been dropped
  "plpgsql_param_eval_generic_ro", // 42804: type of parameter does not match that when preparing the plan
  "plpgsql_param_eval_generic",
  "plpgsql_param_eval_recfield",
  "tupledesc_match", // 42804: function return row and query-specified return row do not match
]);
/** An object that a plan knew was replaced while the plan was looked through (XX000). */
const REPLACED = /^(cache lookup failed for|could not open relation with OID) /;

const field = (error: unknown, name: "routine" | "message"): string =>
  error instanceof Error && name in error ? String((error as Error & { routine?: unknown })[name]) : "";

/**
 * Whether what a connection has prepared is out of date, as after a migration: the statement had no effect, and will have
 * none on this connection, but may be repeated on another.
 */
export function isStale(error: unknown): boolean {
  const state = code(error);
  if (UNPREPARED_STATES.has(state)) return true;
  if (state === "XX000") return REPLACED.test(field(error, "message"));
  return /^(0A000|42804|42703)$/.test(state) && STALE_ROUTINES.has(field(error, "routine"));
}

/**
 * Whether the server took back all that the transaction did, as it and another waited for each other, or as another was
 * first: the same again may succeed.
 */
export function isRolledBack(error: unknown): boolean {
  const state = code(error);
  return state === "40P01" || state === "40001";
}

/** Whether the server refused the login, perhaps as the password was rotated after it was read. */
export function isLoginRefused(error: unknown): boolean {
  const state = code(error);
  return LOGIN_STATES.has(state) || (state === "08P01" && POOLER_REFUSAL.test((error as Error).message));
}

/** Whether a statement would have stored something twice. */
export function isUniqueViolation(error: unknown): boolean {
  return code(error) === "23505";
}
