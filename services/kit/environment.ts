import { z } from "zod";

/** Whole milliseconds given as text, as environment variables are. */
export const milliseconds = (fallback: number) => z.coerce.number().int().min(0).default(fallback);

/** A TCP port given as text; 0 lets the machine choose. */
const port = z.coerce.number().int().min(0).max(65535);

/** Environment variables of every pod. */
export const PodEnvironment = z.object({
  /** Name of the service, e.g. `trading`. */
  SERVICE: z.string().min(1),
  POD_NAME: z.string().min(1),
  /** Availability zone of the pod's node, e.g. `ap-southeast-2a`. */
  ZONE: z.string().min(1),
  /** Business port. */
  HTTP_PORT: port.default(8080),
  /** Probes, metrics and faults; never routed from a load balancer. */
  ADMIN_PORT: port.default(9090),
  /**
   * Folder of the pod's certificate (`tls.crt`, `tls.key`), with which the business port speaks HTTPS. The authority
   * that signed it is in NODE_EXTRA_CA_CERTS. @default plain HTTP, for a laptop
   */
  TLS_PATH: z.string().min(1).optional(),
  /** The image sets 0.0.0.0; outside a container nothing should be reachable from elsewhere. */
  LISTEN_ADDRESS: z.string().default("127.0.0.1"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  /** The pod's grace period: it has exited by then. Kubernetes' default is 30 s. */
  TERMINATION_GRACE_MS: milliseconds(30_000),
  /**
   * How long a stopping pod keeps serving, until load balancers have noticed that it is not ready.
   * An ALB that targets pods needs several seconds; on one machine it is immediate.
   */
  TERMINATION_LAME_DUCK_MS: milliseconds(700),
  /** How long a request may wait to be admitted in an overloaded pod; see `kit/http/overload.ts`. */
  OVERLOAD_PATIENCE_MS: milliseconds(10),
});

export type PodEnvironment = z.infer<typeof PodEnvironment>;

/**
 * Reads a service's environment.
 * @throws Error naming every variable that is missing or wrong.
 */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  source: Record<string, string | undefined> = process.env,
): z.infer<Schema> {
  const result = schema.safeParse(source);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  throw new Error(
    `The environment of this pod is not usable:\n${problems.join("\n")}\nSet these in the Deployment.`,
  );
}
