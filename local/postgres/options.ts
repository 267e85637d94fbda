import { DatabaseError } from "./errors.ts";
import { ADMINISTRATOR } from "./session.ts";

/** What the program declares of an `aws:rds:Instance`, and where it lives on this machine. */
export interface InstanceOptions {
  /** Holds the data folder and `instance.json`; made when absent. */
  directory: string;
  /** Major version (`16`, or `16.4`: the minor is whatever the installed binaries are). */
  version: string;
  /** Zones of the subnet group, e.g. `ap-southeast-2a`. */
  zones: string[];
  /** Whether the instance moves to another zone when its own is lost; else it waits for its zone to heal. */
  multiAz: boolean;
  /** Zone of the first start. @default the first of `zones` */
  preferredZone?: string;
  /** Name of the initial database. */
  database: string;
  master: { username: string; password: string };
  logDirectory: string;
  /**
   * Milliseconds between the end of the old server and the start of the new one in another zone, beside the 2.5 s that
   * it may take to notice a loss. RDS takes 60 to 120 s for all of a failover. @default 2000
   */
  failoverDelayMs?: number;
}

/** Throws one DatabaseError that lists every problem. */
export function checkOptions(options: InstanceOptions): void {
  const { zones, preferredZone, multiAz, version, master, database, failoverDelayMs = 0 } = options;
  const problems: string[] = [];
  if (zones.length === 0) problems.push("zones: at least one is needed");
  if (new Set(zones).size < zones.length) problems.push("zones: the same one twice");
  for (const zone of zones) {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(zone)) problems.push(`zones: "${zone}" is not the name of a zone`);
  }
  if (multiAz && zones.length < 2) problems.push("multiAz: needs a second zone in the subnet group");
  if (preferredZone !== undefined && !zones.includes(preferredZone)) {
    problems.push(`preferredZone: ${preferredZone} is not one of ${zones.join(", ")}`);
  }
  if (!/^\d+(\.\d+)?$/.test(version)) problems.push(`version: "${version}" is not like "16" or "16.4"`);
  if (!master.username || master.username === ADMINISTRATOR || master.username.startsWith("pg_")) {
    problems.push(`master.username: "${master.username}" is reserved; choose another`);
  }
  if (!master.password) problems.push("master.password: is empty");
  if (!database || /^template[01]$/.test(database)) problems.push(`database: "${database}" can't be used`);
  if (!(failoverDelayMs >= 0)) problems.push(`failoverDelayMs: ${failoverDelayMs} is not 0 or more`);
  if (problems.length === 0) return;
  throw new DatabaseError(
    `The database as declared can't be run. Correct in the program:\n  ${problems.join("\n  ")}`,
  );
}
