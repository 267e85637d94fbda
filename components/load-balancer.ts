import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { withScheme } from "./addresses.ts";
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

export interface LoadBalancerArgs {
  region: string;
  /** Reached from inside the VPC only. */
  internal: boolean;
  vpcId: pulumi.Input<string>;
  /** One a zone. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  securityGroupIds: pulumi.Input<string>[];
  /** Namespace of the routes' Services. */
  namespace: pulumi.Input<string>;
  /** The first that matches is taken; what none matches is answered 404. */
  routes: Route[];
  /** Serve HTTPS with this ACM certificate; plain HTTP is then redirected. */
  certificateArn?: pulumi.Input<string>;
  /** Name that the certificate is for. @default the balancer's own name */
  domain?: string;
  /** Guards against deletion. @default false */
  protect?: boolean;
  tags?: Record<string, string>;
  /** What the TargetGroupBindings wait for: their controller. */
  bindingsDependOn?: pulumi.Input<pulumi.Resource>[];
  transform?: {
    loadBalancer?: Transform<aws.lb.LoadBalancerArgs>;
    listener?: Transform<aws.lb.ListenerArgs>;
    listenerRule?: Transform<aws.lb.ListenerRuleArgs>;
    targetGroup?: Transform<aws.lb.TargetGroupArgs>;
  };
}

/**
 * An application load balancer over three zones, ready for zonal shifts, whose target groups hold pods' addresses
 * (kept by TargetGroupBindings). Costs an ALB by the hour and by traffic.
 *
 * @example new LoadBalancer("public", { internal: false, routes: [{ service: "web", paths: ["/*"] }], … }, { providers })
 */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly loadBalancerName: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  readonly #name: string;
  readonly #args: LoadBalancerArgs;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    checkRoutes(name, args.routes);
    super("trizone:aws:LoadBalancer", name, {}, opts);
    this.#name = name;
    this.#args = args;
    const balancer = this.#balancer();
    const listener = this.#listeners(balancer.arn);
    args.routes.forEach((route, index) => {
      this.#route(route, listener, (index + 1) * 10);
    });
    const scheme = args.certificateArn ? "https" : "http";
    this.arn = balancer.arn;
    this.loadBalancerName = balancer.name;
    this.url = balancer.dnsName.apply((dnsName) =>
      withScheme(dnsName.includes("://") ? dnsName : (args.domain ?? dnsName), scheme),
    );
    this.registerOutputs({ url: this.url });
  }

  #balancer(): aws.lb.LoadBalancer {
    const { internal, subnetIds, securityGroupIds, protect, region, tags, transform } = this.#args;
    return new aws.lb.LoadBalancer(
      ...transformed(
        transform?.loadBalancer,
        `${this.#name}-alb`,
        {
          loadBalancerType: "application",
          internal,
          subnets: subnetIds,
          securityGroups: securityGroupIds,
          enableZonalShift: true,
          enableCrossZoneLoadBalancing: true,
          // A shift moves new connections only: ALB's 3,600 s would keep clients in the sick zone for an hour.
          clientKeepAlive: 300,
          idleTimeout: 60,
          dropInvalidHeaderFields: true,
          enableDeletionProtection: protect ?? false,
          region,
          tags,
        },
        { parent: this, protect },
      ),
    );
  }

  /** The listener that serves, beside the one that redirects to it when there is a certificate. */
  #listeners(loadBalancerArn: pulumi.Input<string>): aws.lb.Listener {
    const { certificateArn, region, tags, transform } = this.#args;
    const listen = (suffix: string, args: Omit<aws.lb.ListenerArgs, "loadBalancerArn">) =>
      new aws.lb.Listener(
        ...transformed(
          transform?.listener,
          `${this.#name}-${suffix}`,
          { loadBalancerArn, region, tags, ...args },
          { parent: this },
        ),
      );
    if (!certificateArn) return listen("http", { port: 80, protocol: "HTTP", defaultActions: [NOT_FOUND] });
    listen("redirect", { port: 80, protocol: "HTTP", defaultActions: [TO_HTTPS] });
    return listen("https", {
      port: 443,
      protocol: "HTTPS",
      certificateArn,
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      defaultActions: [NOT_FOUND],
    });
  }

  #route({ service, paths }: Route, listener: aws.lb.Listener, priority: number): void {
    const { vpcId, namespace, region, tags, transform, bindingsDependOn } = this.#args;
    const name = `${this.#name}-${service}`;
    const parent = { parent: this };
    const targetGroup = new aws.lb.TargetGroup(
      ...transformed(transform?.targetGroup, name, { ...TARGET_GROUP, vpcId, region, tags }, parent),
    );
    const rule = new aws.lb.ListenerRule(
      ...transformed(
        transform?.listenerRule,
        `${name}-rule`,
        {
          listenerArn: listener.arn,
          priority,
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
      { parent: this, dependsOn: pulumi.all([rule, ...(bindingsDependOn ?? [])]) },
    );
  }
}

const NOT_FOUND = {
  type: "fixed-response",
  fixedResponse: { statusCode: "404", contentType: "text/plain", messageBody: "Not found" },
};

const TO_HTTPS = {
  type: "redirect",
  redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" },
};

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

function checkRoutes(name: string, routes: Route[]): void {
  const services = routes.map(({ service }) => service);
  check(`load balancer ${name}`, [
    [routes.length > 0, "routes", "expected at least one"],
    [new Set(services).size === services.length, "routes", "expected each service once"],
    ...routes.map(({ paths }, index): [boolean, string, string] => [
      paths.length > 0 && paths.length <= 5 && paths.every((path) => path.startsWith("/")),
      `routes[${index}].paths`,
      "expected one to five patterns that begin with /, ALB's most for a rule",
    ]),
  ]);
}
