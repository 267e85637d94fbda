import { request } from "undici";
import type { GuardEnvironment } from "../environment.ts";
import { Laptop } from "../laptop.ts";
import { signer } from "./aws.ts";

const TIMEOUT_MS = 5000;
/** Of RDS's API. */
const VERSION = "2014-10-31";

/** Moves the database's primary to its standby's zone. @throws Error where that isn't begun */
export type FailOver = () => Promise<void>;

/** RDS's, or the laptop's supervisor's; undefined where the database isn't this guard's to move. */
export function openFailOver({
  SIGNALS_URL,
  RDS_ENDPOINT,
  DATABASE_HOST,
  REGION,
}: Pick<GuardEnvironment, "SIGNALS_URL" | "RDS_ENDPOINT" | "DATABASE_HOST" | "REGION">):
  | FailOver
  | undefined {
  const laptop = Laptop.of(SIGNALS_URL);
  if (laptop) return async () => void (await laptop.call("POST", "/database/failover"));
  // The first label of an instance's host is its identifier.
  const [instance] = DATABASE_HOST?.split(".") ?? [];
  return RDS_ENDPOINT && instance ? () => reboot(new URL(RDS_ENDPOINT), REGION, instance) : undefined;
}

/** A reboot with failover: once RDS has taken it, it takes a minute or two until the name leads elsewhere. */
async function reboot(endpoint: URL, region: string, instance: string): Promise<void> {
  const body = new URLSearchParams({
    ...{ Action: "RebootDBInstance", Version: VERSION },
    ...{ DBInstanceIdentifier: instance, ForceFailover: "true" },
  }).toString();
  const { headers } = await signer("rds", region, endpoint).sign({
    ...{ method: "POST", protocol: endpoint.protocol, hostname: endpoint.hostname, path: "/", body },
    headers: { host: endpoint.host, "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
  });
  const answer = await request(new URL("/", endpoint), {
    ...{ method: "POST", headers, body },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await answer.body.text();
  if (answer.statusCode === 200) return;
  const of = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  throw new Error(
    `RDS answered ${of("Code") ?? `status ${answer.statusCode}`}: ${of("Message") ?? "no reason"}`,
  );
}
