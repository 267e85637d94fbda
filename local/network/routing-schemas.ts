import { z } from "zod";
import type { Action, Condition, HealthCheck, Redirect } from "./state.ts";

/**
 * What is read of the resources about traffic, with the defaults of Elastic Load Balancing and Kubernetes. What a load
 * balancer of a laptop can't do is refused here, rather than a request let through that AWS would treat otherwise.
 */
const Seconds = (byDefault: number) =>
  z.coerce
    .number()
    .default(byDefault)
    .transform((seconds) => seconds * 1000);
const Count = (byDefault: number) => z.coerce.number().default(byDefault);
const Text = (byDefault: string) => z.coerce.string().default(byDefault);
/** An object that knows these properties only; `what` says what a laptop does, and with which of them. */
const only = <Shape extends z.ZodRawShape>(shape: Shape, what: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `has ${issue.keys?.join(", ")}; a load balancer on a laptop ${what}`
        : undefined,
  });
const Patterns = only(
  { values: z.array(z.string()).min(1) },
  "matches by values with * and ? only; use those",
).optional();

/** Off, or not declared at all. */
const Stickiness = z
  .object({ enabled: z.boolean().default(true) })
  .optional()
  .refine(
    (stickiness) => stickiness?.enabled !== true,
    "a load balancer on a laptop keeps no client with its target by a cookie; leave stickiness out, or set enabled to false",
  );

export const LoadBalancer = z
  .object({
    arn: z.string(),
    name: z.string(),
    loadBalancerType: z
      .literal("application", "a laptop has load balancers of type application only")
      .default("application"),
    internal: z.boolean().default(false),
    dnsName: z.string(),
    idleTimeout: Seconds(60),
    clientKeepAlive: Seconds(3600),
    xffHeaderProcessingMode: z
      .literal("append", "a load balancer on a laptop appends to X-Forwarded-For; leave this out")
      .default("append"),
  })
  .transform(({ dnsName, idleTimeout, clientKeepAlive, arn, name, internal }) => ({
    arn,
    name,
    internal,
    address: addressOf(dnsName),
    idleTimeoutMs: idleTimeout,
    clientKeepAliveMs: clientKeepAlive,
  }));

function addressOf(dnsName: string): { host: string; port?: number } {
  const [host = "", port] = dnsName
    .replace(/^[a-z]+:\/\//, "")
    .replace(/\/.*$/, "")
    .split(":");
  return port ? { host, port: Number(port) } : { host };
}

const Redirection = z
  .object({
    protocol: Text("#{protocol}"),
    host: Text("#{host}"),
    port: Text("#{port}"),
    path: Text("/#{path}"),
    query: Text("#{query}"),
    statusCode: Text("HTTP_302"),
  })
  .transform(
    ({ statusCode, ...rest }): Redirect => ({
      type: "redirect",
      ...rest,
      status: statusCode.endsWith("301") ? 301 : 302,
    }),
  );

const AnyAction = z.discriminatedUnion(
  "type",
  [
    z
      .object({
        type: z.literal("forward"),
        order: Count(0),
        targetGroupArn: z.string().optional(),
        forward: z
          .object({
            targetGroups: z.array(z.object({ arn: z.string(), weight: Count(1) })).default([]),
            stickiness: Stickiness,
          })
          .prefault({}),
      })
      .refine(
        ({ targetGroupArn, forward }) => targetGroupArn !== undefined || forward.targetGroups.length > 0,
        "names no target group; give targetGroupArn or forward.targetGroups",
      ),
    z.object({ type: z.literal("redirect"), order: Count(0), redirect: Redirection }),
    z.object({
      type: z.literal("fixed-response"),
      order: Count(0),
      fixedResponse: z.object({ statusCode: Count(200), contentType: z.string(), messageBody: Text("") }),
    }),
  ],
  {
    error:
      "a load balancer on a laptop does forward, redirect and fixed-response only; leave this action out",
  },
);

/** The last of a listener's or rule's actions decides. */
const Actions = z
  .array(AnyAction)
  .min(1, "is empty; give it a forward, redirect or fixed-response")
  .transform((actions): Action => {
    const last = [...actions].sort((a, b) => a.order - b.order).at(-1) as (typeof actions)[number];
    if (last.type === "redirect") return last.redirect;
    if (last.type === "fixed-response") {
      const { statusCode, contentType, messageBody } = last.fixedResponse;
      return { type: "fixed-response", status: statusCode, contentType, body: messageBody };
    }
    const { targetGroupArn = "", forward } = last;
    const groups =
      forward.targetGroups.length > 0 ? forward.targetGroups : [{ arn: targetGroupArn, weight: 1 }];
    return { type: "forward", groups };
  });

export const LoadBalancerListener = z
  .object({
    arn: z.string(),
    loadBalancerArn: z.string(),
    protocol: z.enum(["HTTP", "HTTPS"]).default("HTTP"),
    port: z.coerce.number().optional(),
    defaultActions: Actions,
  })
  .transform(({ port, ...rest }) => ({ ...rest, port: port ?? (rest.protocol === "HTTPS" ? 443 : 80) }));

/** One entry of the program's list may hold several conditions. */
const Conditions = only(
  { pathPattern: Patterns, hostHeader: Patterns },
  "decides by pathPattern and hostHeader only; use those, or leave the rule out",
).transform(({ pathPattern, hostHeader }): Condition[] => [
  ...(pathPattern ? [{ field: "path-pattern" as const, values: pathPattern.values }] : []),
  ...(hostHeader ? [{ field: "host-header" as const, values: hostHeader.values }] : []),
]);

export const LoadBalancerRule = z.object({
  listenerArn: z.string(),
  /** Rules without one come last (AWS gives them the next free one), in the order of the program. */
  priority: z.coerce.number().default(Number.POSITIVE_INFINITY),
  conditions: z.array(Conditions).default([]),
  actions: Actions,
  transforms: z
    .array(z.unknown())
    .max(0, "a load balancer on a laptop changes no request; leave transforms out")
    .default([]),
});

const Check = z
  .object({
    enabled: z.boolean().default(true),
    path: Text("/"),
    port: Text("traffic-port"),
    interval: Seconds(30),
    timeout: Seconds(5),
    healthyThreshold: Count(5),
    unhealthyThreshold: Count(2),
    matcher: Text("200"),
  })
  .transform(
    ({ interval, timeout, ...rest }): HealthCheck => ({ ...rest, intervalMs: interval, timeoutMs: timeout }),
  );

export const Group = z.object({
  arn: z.string(),
  name: z.string().optional(),
  healthCheck: Check.prefault({}),
  deregistrationDelay: Seconds(300),
  stickiness: Stickiness,
  slowStart: z.literal(0, "a load balancer on a laptop has no slow start; leave it out").optional(),
  loadBalancingAlgorithmType: z
    .literal("round_robin", "a load balancer on a laptop chooses targets by round_robin; leave this out")
    .optional(),
  // A balancer of type application always has cross-zone on; only a group can turn it off.
  loadBalancingCrossZoneEnabled: z.coerce
    .string()
    .optional()
    .transform((value) => value !== "false"),
});

const Metadata = z
  .object({ name: z.string().optional(), namespace: z.string().default("default") })
  .prefault({});

export const TargetGroupBinding = z.object({
  metadata: Metadata,
  spec: z.object({
    targetGroupARN: z.string(),
    serviceRef: z.object({ name: z.string(), port: z.coerce.string() }),
  }),
});

export const KubernetesService = z.object({
  metadata: Metadata,
  spec: z.object({
    type: z.string().optional(),
    clusterIP: z.string().optional(),
    selector: z.record(z.string(), z.string()).default({}),
    trafficDistribution: z.string().optional(),
    ports: z
      .array(z.object({ name: Text(""), port: z.number(), targetPort: z.coerce.string().optional() }))
      .default([]),
  }),
});

/** A component shows its cluster as a plain object, or as a reference without an ARN. */
export const Cluster = z.object({ arn: z.string().optional() });
export const ClusterComponent = z.object({ eksCluster: Cluster.optional() });
