import {
  ADMIN_PORT,
  ANYWHERE,
  type Connection,
  cacheClients,
  databaseConnections,
  GUARD,
  HTTP_PORT,
  modelClients,
  PERSONAL_DATA,
  POOLER,
  PRE_SCALING,
  pods,
  REDIS_PORT,
  ROTATION,
  type Subnets,
} from "../../../config/index.ts";
import { OTLP_PORT, TRACING_NAMESPACE } from "../../cluster/index.ts";
import { grantedAccounts } from "../../workload/index.ts";

/**
 * The first address of the ranges from which EKS takes Services' addresses: its API server's (EKS User Guide,
 * "serviceIpv4Cidr"). The VPC's network plugin judges what a pod sends before that becomes an address of a subnet.
 */
const API_SERVER = ["172.20.0.1/32", "10.100.0.1/32"];

/** Where the Pod Identity agent of every node answers for roles (EKS User Guide, "EKS Pod Identity considerations"). */
const POD_IDENTITY = "169.254.170.23/32";

/**
 * The connections between the services and AWS. Balancers and the database are known by their subnets, which the
 * security groups narrow down; pods and the internal balancer share the private ones.
 */
export function awsConnections(
  vpc: string,
  { public: publicCidrs, private: privateCidrs, isolated: isolatedCidrs }: Subnets,
  { services, pooled, echoes }: { services: readonly string[]; pooled: boolean; echoes: readonly string[] },
): Connection[] {
  const balanced = [HTTP_PORT, ADMIN_PORT];
  const inVpc = { cidrs: privateCidrs };
  const isolated = { cidrs: isolatedCidrs };
  const accounts = grantedAccounts([...services, ...(pooled ? [POOLER] : [])]);
  const collector = { namespace: TRACING_NAMESPACE };
  const from = (names: readonly string[], to: Connection["to"], port: number): Connection[] =>
    names.map((name) => ({ from: pods(name), to, ports: [port] }));
  return [
    ...["web", ...echoes].map((name) => ({ from: { cidrs: publicCidrs }, to: pods(name), ports: balanced })),
    ...from(["web"], inVpc, 443),
    { from: inVpc, to: pods("gateway"), ports: balanced },
    // S3 through its gateway: addresses of its own, which aren't the VPC's.
    ...from(modelClients(services), { cidrs: [ANYWHERE], except: [vpc] }, 443),
    // The issuer's signing keys, on the internet.
    ...from(["gateway"], { cidrs: [ANYWHERE], except: [vpc] }, 443),
    ...databaseConnections(isolated, services, pooled, true),
    ...from(cacheClients(services), isolated, REDIS_PORT),
    ...from(accounts, { cidrs: [POD_IDENTITY] }, 80),
    ...from(services, collector, OTLP_PORT),
    // Secrets Manager through its endpoint in the VPC, and ElastiCache, which has none here.
    ...from([ROTATION], inVpc, 443),
    ...from([ROTATION], { cidrs: [ANYWHERE], except: [vpc] }, 443),
    // KMS, through its endpoint in the VPC.
    ...from(
      services.filter((service) => PERSONAL_DATA.includes(service)),
      inVpc,
      443,
    ),
    ...from([PRE_SCALING, GUARD], { cidrs: [...privateCidrs, ...API_SERVER] }, 443),
    // ARC, which has no endpoint in the VPC here.
    ...from([GUARD], { cidrs: [ANYWHERE], except: [vpc] }, 443),
  ];
}
