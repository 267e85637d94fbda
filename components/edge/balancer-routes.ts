import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  ADMIN_PORT,
  HTTP_PORT,
  type ModelVersion,
  versionName,
  versionProblems,
} from "../../config/index.ts";
import { check, problems, type Rule, type Transform, transformed } from "../arguments.ts";

/** What a balancer sends to one Kubernetes Service. */
export interface Route {
  /** Name of the Service. */
  service: string;
  /** Path patterns as ALB has them: `*` is any text, `?` any character. One to five. */
  paths: string[];
  /** Only requests to these hosts. @default all */
  hosts?: string[];
  /** Splits its requests between versions of the service, each behind a Service of its own. @default it has one */
  versions?: ModelVersion[];
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

/**
 * A target group for each Service, the rule that leads to them, and the bindings that keep the Services' pods in them.
 * Gives the groups by their Services' names.
 */
export function route(args: RouteArgs): Record<string, aws.lb.TargetGroup> {
  const { vpcId, region, tags, transform, listener } = args;
  const { service, paths, hosts, versions } = args.route;
  const name = `${args.name}-${service}`;
  const parent = { parent: args.parent };
  const weights = versions?.map((version) => [versionName(service, version), version.weight] as const);
  const groups = (weights ?? [[service, 100] as const]).map(([of, weight]) => {
    const group = { ...TARGET_GROUP, vpcId, region, tags };
    const targetGroup = new aws.lb.TargetGroup(
      ...transformed(transform?.targetGroup, `${args.name}-${of}`, group, parent),
    );
    return { of, weight, targetGroup };
  });
  const split = groups.map(({ targetGroup, weight }) => ({ arn: targetGroup.arn, weight }));
  const rule = new aws.lb.ListenerRule(
    ...transformed(
      transform?.listenerRule,
      `${name}-rule`,
      {
        listenerArn: listener.arn,
        priority: args.priority,
        conditions: [
          { pathPattern: { values: paths } },
          ...(hosts ? [{ hostHeader: { values: hosts } }] : []),
        ],
        actions: [
          versions
            ? { type: "forward", forward: { targetGroups: split } }
            : { type: "forward", targetGroupArn: split[0]?.arn },
        ],
        region,
        tags,
      },
      parent,
    ),
  );
  for (const { of, targetGroup } of groups) bind(of, targetGroup, rule, args);
  return Object.fromEntries(groups.map(({ of, targetGroup }) => [of, targetGroup]));
}

/** Keeps a Service's pods in a target group. */
function bind(service: string, group: aws.lb.TargetGroup, rule: aws.lb.ListenerRule, args: RouteArgs): void {
  const name = `${args.name}-${service}`;
  new k8s.apiextensions.CustomResource(
    `${name}-binding`,
    {
      apiVersion: "elbv2.k8s.aws/v1beta1",
      kind: "TargetGroupBinding",
      metadata: { name, namespace: args.namespace },
      spec: {
        serviceRef: { name: service, port: HTTP_PORT },
        targetGroupARN: group.arn,
        targetType: "ip",
      },
    },
    // The controller refuses targets of a group that no listener uses yet.
    { parent: args.parent, dependsOn: pulumi.all([rule, ...(args.bindingsDependOn ?? [])]) },
  );
}

/** A target that fails is out after 10 s, and has 15 s to finish what it was given. */
const TARGET_GROUP = {
  targetType: "ip",
  // The pods' own certificates, which a balancer takes unchecked: the VPC answers for who has the address.
  protocol: "HTTPS",
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
export function checkRoutes(component: string, routes: Route[], rules: Rule[]): void {
  const services = routes.map(({ service }) => service);
  check(component, [
    [routes.length > 0, "routes", "expected at least one"],
    [new Set(services).size === services.length, "routes", "expected each service once"],
    ...routes.map(
      ({ paths }, index): Rule => [
        paths.length > 0 && paths.length <= 5 && paths.every((path) => path.startsWith("/")),
        `routes[${index}].paths`,
        "expected one to five patterns that begin with /, ALB's most for a rule",
      ],
    ),
    ...routes.flatMap(({ versions = [] }, index) =>
      versions.length === 0 ? [] : problems(`routes[${index}].versions`, versionProblems(versions)),
    ),
    ...rules,
  ]);
}
