import { z } from "zod";
import { PodEnvironment } from "../kit/environment.ts";

/** JSON in a variable. */
function json<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "must be JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/** An empty variable counts as one that isn't set. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema.optional());

/** The guard's environment variables. */
export const GuardEnvironment = PodEnvironment.extend({
  POD_IP: z.string().default("127.0.0.1"),
  NAMESPACE: z.string().min(1).default("trizone"),
  /** What is done about a sick zone. @default act where ARC is the stand-in on this machine, else recommend */
  MODE: optional(z.enum(["observe", "recommend", "act"])),
  /**
   * Where golden signals come from: `kubernetes+https://…` (EndpointSlices and the pods' metrics), `supervisor+http://…`
   * (a laptop's, its token as the password) or `prometheus+http://…` (Prometheus' HTTP API).
   */
  SIGNALS_URL: z.string().regex(/^(kubernetes|supervisor|prometheus)\+https?:\/\//, {
    error: "must begin with kubernetes+https://, supervisor+http:// or prometheus+http://",
  }),
  /** Kubernetes' API, which keeps the lease; a laptop's supervisor serves as much of it. */
  KUBERNETES_API: z.url(),
  /** The three zones, by name and id. */
  ZONES: json(z.array(z.object({ name: z.string(), id: z.string() })).min(2)),
  /** Services that are compared. */
  SERVICES: json(z.array(z.string()).min(1)),
  /** Service -> those that it calls. */
  CALLS: json(z.record(z.string(), z.array(z.string()))),
  REGION: z.string().min(1),
  /** Where there is no ARC nothing can be shifted. */
  ARC_ENDPOINT: optional(z.url()),
  /** Name -> ARN of what is shifted: the balancers and the cluster. */
  SHIFT_RESOURCES: json(z.record(z.string(), z.string())).default({}),
  /** Host of the database, whose address tells the zone of its primary by these subnets: zone -> CIDR. */
  DATABASE_HOST: optional(z.string()),
  DATABASE_SUBNETS: json(z.record(z.string(), z.string())).default({}),
  /** RDS's API, which moves the primary out of a zone that was shifted away. */
  RDS_ENDPOINT: optional(z.url()),
});

export type GuardEnvironment = z.infer<typeof GuardEnvironment>;
