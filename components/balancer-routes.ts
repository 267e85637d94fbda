import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { check } from "./check.ts";
import { ADMIN_PORT, HTTP_PORT } from "./ports.ts";
import { type Transform, transformed } from "./transform.ts";

/** What a balancer sends to one Kubernetes Service. */
export interface Route {
  /** Name of the Service. */
  service: string;
  /** Path patterns as ALB has them: `*` is any text, `?` any character. One to five. */
  paths: string[];
}

interface RouteArgs {
  /** The balancer's. */
  name: string;
  route: Route;
  listener: aws.lb.Listener;
  /** The lower wins. */
  priority: number;
  vpcId: pulumi.Input<string>;
  namespace: pulumi.Input<string>;
  region: string;
  tags?: Record<string, string>;
  bindingsDependOn?: pulumi.Input<pulumi.Resource>[];
  transform?: {
    listenerRule?: Transform<aws.lb.ListenerRuleArgs>;
    targetGroup?: Transform<aws.lb.TargetGroupArgs>;
  };
  parent: pulumi.Resource;
}

/** A target group, the rule that leads to it, and the binding that keeps the Service's pods in it. */
export function route(args: RouteArgs): aws.lb.TargetGroup {
  const { vpcId, namespace, region, tags, transform, listener } = args;
  const { service, paths } = args.route;
  const name = `${args.name}-${service}`;
  const parent = { parent: args.parent };
  const targetGroup = new aws.lb.TargetGroup(
    ...transformed(transform?.targetGroup, name, { ...TARGET_GROUP, vpcId, region, tags }, parent),
  );
  const rule = new aws.lb.ListenerRule(
    ...transformed(
      transform?.listenerRule,
      `${name}-rule`,
      {
        listenerArn: listener.arn,
        priority: args.priority,
        conditions: [{ pathPattern: { values: paths } }],
        actions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
        region,
        tags,
      },
      parent,
    ),
  );
  new k8s.apiextensions.CustomResource(
    `${name}-binding`,
    {
      apiVersion: "elbv2.k8s.aws/v1beta1",
      kind: "TargetGroupBinding",
      metadata: { name, namespace },
      spec: {
        serviceRef: { name: service, port: HTTP_PORT },
        targetGroupARN: targetGroup.arn,
        targetType: "ip",
      },
    },
    // The controller refuses targets of a group that no listener uses yet.
    { ...parent, dependsOn: pulumi.all([rule, ...(args.bindingsDependOn ?? [])]) },
  );
  return targetGroup;
}

/** A target that fails is out after 10 s, and has 15 s to finish what it was given. */
const TARGET_GROUP = {
  targetType: "ip",
  protocol: "HTTP",
  port: HTTP_PORT,
  deregistrationDelay: 15,
  healthCheck: {
    protocol: "HTTP",
    path: "/readyz",
    port: String(ADMIN_PORT),
    matcher: "200",
    interval: 5,
    timeout: 2,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
  },
};

/** Refuses routes that no listener could hold, together with what else the caller has found. */
export function checkRoutes(component: string, routes: Route[], rules: [boolean, string, string][]): void {
  const services = routes.map(({ service }) => service);
  check(component, [
    [routes.length > 0, "routes", "expected at least one"],
    [new Set(services).size === services.length, "routes", "expected each service once"],
    ...routes.map(({ paths }, index): [boolean, string, string] => [
      paths.length > 0 && paths.length <= 5 && paths.every((path) => path.startsWith("/")),
      `routes[${index}].paths`,
      "expected one to five patterns that begin with /, ALB's most for a rule",
    ]),
    ...rules,
  ]);
}
