import type { Graph, PropertyMap, Resource } from "../../../../engine/index.ts";

export const PUBLIC = "arn:aws:elasticloadbalancing:ap-southeast-2:000000000000:loadbalancer/app/public/1";
export const INTERNAL =
  "arn:aws:elasticloadbalancing:ap-southeast-2:000000000000:loadbalancer/app/internal/2";
export const CLUSTER = "arn:aws:eks:ap-southeast-2:000000000000:cluster/shop";
export const GROUP = "arn:aws:elasticloadbalancing:ap-southeast-2:000000000000:targetgroup/front/3";

export function resource(type: string, name: string, outputs: PropertyMap, id?: string): Resource {
  return {
    urn: `urn:pulumi:dev::shop::${type}::${name}`,
    type,
    name,
    custom: true,
    remote: false,
    external: false,
    id: id ?? name,
    inputs: outputs,
    outputs,
    dependencies: [],
    propertyDependencies: {},
    providers: {},
    options: {},
  };
}

export function graphOf(resources: Resource[]): Graph {
  return { project: "shop", stack: "dev", resources, outputs: {} };
}

/** What tests change of the shop. */
export interface Variation {
  balancer?: PropertyMap;
  group?: PropertyMap;
  service?: PropertyMap;
  rules?: Resource[];
  /** Properties of the front group's forward action. */
  defaultAction?: PropertyMap;
}

/** A pod that stands still for a moment on a busy machine is no sick one. */
export const HEALTH_CHECK = {
  path: "/readyz",
  port: "9090",
  interval: 0.3,
  timeout: 1.5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};

/** A small shop: a public and an internal balancer before the pods of one Service. */
export function shop({ balancer, group, service, rules = [], defaultAction }: Variation = {}): Graph {
  const listener = (name: string, of: string) =>
    resource("aws:lb/listener:Listener", name, {
      arn: `${of}/listener`,
      loadBalancerArn: of,
      port: 80,
      protocol: "HTTP",
      defaultActions: [defaultAction ?? { type: "forward", targetGroupArn: GROUP }],
    });
  return graphOf([
    resource("aws:eks/cluster:Cluster", "cluster", { arn: CLUSTER }),
    resource("aws:lb/loadBalancer:LoadBalancer", "public", {
      arn: PUBLIC,
      name: "public",
      dnsName: "http://127.0.0.1:4000",
      ...balancer,
    }),
    resource("aws:lb/loadBalancer:LoadBalancer", "internal", {
      arn: INTERNAL,
      name: "internal",
      internal: true,
      dnsName: "http://127.0.0.1:4001",
      ...balancer,
    }),
    listener("public", PUBLIC),
    listener("internal", INTERNAL),
    ...rules,
    resource("aws:lb/targetGroup:TargetGroup", "front", {
      arn: GROUP,
      deregistrationDelay: 1,
      healthCheck: HEALTH_CHECK,
      ...group,
    }),
    resource("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", "front", {
      metadata: { name: "front", namespace: "shop" },
      spec: { serviceRef: { name: "front", port: 8080 }, targetGroupARN: GROUP, targetType: "ip" },
    }),
    resource("kubernetes:core/v1:Service", "front", {
      metadata: { name: "front", namespace: "shop" },
      spec: {
        selector: { app: "front" },
        trafficDistribution: "PreferSameZone",
        ports: [{ name: "http", port: 8080, targetPort: "http" }],
        ...service,
      },
    }),
  ]);
}
