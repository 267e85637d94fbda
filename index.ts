import { Migrations } from "./components/migrations.ts";
import { onAws } from "./components/on-aws.ts";
import { onKubernetes } from "./components/on-kubernetes.ts";
import { Workload } from "./components/workload.ts";
import { readConfig } from "./config.ts";

const config = readConfig();
const { replicas } = config;

// What the services stand on: network, cluster, balancers, identity, database.
const platform = config.target === "aws" ? onAws(config) : onKubernetes(config);
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

export default platform.outputs;
