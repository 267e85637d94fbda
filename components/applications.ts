import type { Config } from "../config.ts";
import { Migrations } from "./migrations.ts";
import type { Platform } from "./platform.ts";
import { Workload } from "./workload.ts";

/** The services, each after what it calls. */
export function deployApplications(config: Config, platform: Platform): void {
  const { replicas } = config;
  const { namespace, issuer, clientId, database, image } = platform;
  const sign = { ISSUER: issuer, CLIENT_ID: clientId };
  const inCluster = { provider: platform.kubernetes };

  const migrations = new Migrations(
    "trading-migrations",
    { service: "trading", namespace, image: image("trading"), ...database },
    inCluster,
  );

  const trading = new Workload(
    "trading",
    { namespace, replicas, image: image("trading"), ...database, after: [...database.after, migrations.job] },
    inCluster,
  );

  new Workload(
    "gateway",
    { namespace, replicas, image: image("gateway"), env: { ...sign, TRADING_URL: trading.url } },
    inCluster,
  );

  new Workload(
    "web",
    {
      namespace,
      replicas,
      image: image("web"),
      env: { ...sign, API_URL: platform.apiUrl },
      nodePort: platform.nodePort,
    },
    inCluster,
  );
}
