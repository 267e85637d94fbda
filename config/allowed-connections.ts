import { z } from "zod";
import {
  CALLS,
  databaseClients,
  GUARD,
  MIGRATIONS,
  POOLER,
  pooledClients,
  ROTATION,
  SERVICES,
} from "./services.ts";

/**
 * An address as a URL. AWS's APIs answer with bare DNS names, which get `scheme`; an address that already has a scheme
 * keeps it, so that the laptop's stand-ins for AWS can be reached over plain HTTP.
 *
 * @example withScheme("abc.elb.amazonaws.com", "https") // "https://abc.elb.amazonaws.com"
 */
export function withScheme(address: string, scheme: "http" | "https"): string {
  return address.includes("://") ? address : `${scheme}://${address}`;
}

/** Whether the host is this machine itself, so that what is sent to it crosses no network. */
export function isLoopback(host: string): boolean {
  return ["localhost", "::1", "[::1]"].includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The credentials of everybody on this machine: the stand-in for ARC knows no others. */
export const LOOPBACK_CREDENTIALS = { accessKeyId: "LOOPBACK", secretAccessKey: "not-a-secret" } as const;

/**
 * The namespace of the Kubernetes Service that a host names; undefined where the host is no Service's.
 *
 * @example namespaceOf("issuer.auth.svc.cluster.local") // "auth"
 */
export function namespaceOf(host: string): string | undefined {
  return /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(host)?.[1];
}

/** Container port of business traffic, named `http`. */
export const HTTP_PORT = 8080;

/** Container port of probes and metrics, named `admin`; a balancer checks health there and routes nothing to it. */
export const ADMIN_PORT = 9090;

/** PostgreSQL's own port, and PgBouncer's here. */
export const POSTGRES_PORT = 5432;

/** Redis's own port. */
export const REDIS_PORT = 6379;

/** Every IPv4 address. */
export const ANYWHERE = "0.0.0.0/0";

/** An end of a connection: the pods of a name in the platform's namespace, those of another namespace, or addresses. */
export const Peer = z.union([
  z.object({ pods: z.string() }),
  z.object({ namespace: z.string() }),
  z.object({ cidrs: z.array(z.string()), except: z.array(z.string()).optional() }),
]);

export type Peer = z.infer<typeof Peer>;

/** Who may connect to whom, on which TCP ports of the one that is connected to. */
export const Connection = z.object({ from: Peer, to: Peer, ports: z.array(z.int()) });

export type Connection = z.infer<typeof Connection>;

/** The pods of a service. */
export const pods = (name: string): Peer => ({ pods: name });

/** Connections of the services' calls to each other. */
export function callConnections(): Connection[] {
  return CALLS.map(([from, to]) => ({ from: pods(from), to: pods(to), ports: [HTTP_PORT] }));
}

/** Connections of the guard to all pods, whose metrics it reads and which it asks itself; and to the other guards. */
export function guardConnections(): Connection[] {
  return SERVICES.map((service) => ({
    from: pods(GUARD),
    to: pods(service),
    ports: service === GUARD ? [HTTP_PORT] : [HTTP_PORT, ADMIN_PORT],
  }));
}

/**
 * Connections to the database itself: of the services' pods, or of the pooler in their place; of the migrations in any case,
 * and of the rotation where there is one.
 * @param database where it is
 * @param services those that run
 * @param pooled whether there is a pooler
 * @param rotated whether logins are rotated
 */
export function databaseConnections(
  database: Peer,
  services: readonly string[],
  pooled: boolean,
  rotated = false,
): Connection[] {
  const behindPooler = pooled ? pooledClients(services) : [];
  const direct = databaseClients(services).filter((service) => !behindPooler.includes(service));
  return [...(pooled ? [POOLER] : []), ...direct, MIGRATIONS, ...(rotated ? [ROTATION] : [])].map((name) => ({
    from: pods(name),
    to: database,
    ports: [POSTGRES_PORT],
  }));
}

/** Connections to the pooler. */
export function poolerConnections(services: readonly string[]): Connection[] {
  return pooledClients(services).map((name) => ({
    from: pods(name),
    to: pods(POOLER),
    ports: [POSTGRES_PORT],
  }));
}
