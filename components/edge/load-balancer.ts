import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { withScheme } from "../../config/index.ts";
import { type Transform, transformed } from "../arguments.ts";
import { Autoshift } from "./autoshift.ts";
import { checkRoutes, type Route, route } from "./balancer-routes.ts";
import { WebFirewall } from "./web-firewall.ts";
import { ZoneAlarms } from "./zone-alarms.ts";

export interface LoadBalancerArgs {
  region: string;
  /** Reached from inside the VPC only. */
  internal: boolean;
  vpcId: pulumi.Input<string>;
  /** Names of the availability zones. */
  zones: string[];
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
  /** Bucket for the access logs, which must let balancers write. @default none are kept */
  accessLogs?: pulumi.Input<string>;
  /**
   * Capacity units that are there at once, before the traffic is: what the market's open takes. 100 at least. Costs
   * every unit by the hour, used or not. @default ALB scales by itself, over minutes
   */
  capacityUnits?: number;
  /** Requests that one address may send in five minutes, refused by AWS WAF above. @default no WAF */
  rateLimit?: number;
  /** Where alarms are sent, e.g. an SNS topic's ARN. */
  notify?: pulumi.Input<string>[];
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
 * An application load balancer over three zones, which AWS and the operators may shift away from a zone, whose target
 * groups hold pods' addresses (kept by TargetGroupBindings). Costs an ALB by the hour and by traffic, and its alarms.
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
    const { capacityUnits = 100 } = args;
    checkRoutes(`load balancer ${name}`, args.routes, [
      [
        Number.isInteger(capacityUnits) && capacityUnits >= 100,
        "capacityUnits",
        "expected a whole number of at least 100, ALB's least",
      ],
    ]);
    super("trizone:aws:LoadBalancer", name, {}, opts);
    this.#name = name;
    this.#args = args;
    const balancer = this.#balancer();
    const listener = this.#listeners(balancer.arn);
    const targetGroups = Object.assign(
      {},
      ...args.routes.map((one, index) =>
        route({ ...args, name, route: one, priority: (index + 1) * 10, listener, parent: this }),
      ),
    ) as Record<string, aws.lb.TargetGroup>;
    this.#watch(balancer, targetGroups);
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
    const { accessLogs, capacityUnits } = this.#args;
    return new aws.lb.LoadBalancer(
      ...transformed(
        transform?.loadBalancer,
        `${this.#name}-alb`,
        {
          // AWS refuses names that begin with internal-, as one made of this resource's would.
          name: internal ? `${pulumi.getProject()}-${pulumi.getStack()}-${this.#name}` : undefined,
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
          accessLogs: accessLogs ? { bucket: accessLogs, prefix: this.#name, enabled: true } : undefined,
          minimumLoadBalancerCapacity: capacityUnits ? { capacityUnits } : undefined,
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

  /** Alarms by zone, zonal autoshift, and the web firewall. */
  #watch(balancer: aws.lb.LoadBalancer, targetGroups: Record<string, aws.lb.TargetGroup>): void {
    const { zones, region, tags, notify, rateLimit } = this.#args;
    const own = { parent: this };
    const alarms = new ZoneAlarms(
      `${this.#name}-alarms`,
      {
        loadBalancer: balancer.arnSuffix,
        targetGroups: Object.fromEntries(
          Object.entries(targetGroups).map(([service, { arnSuffix }]) => [service, arnSuffix]),
        ),
        zones,
        region,
        tags,
        notify,
      },
      own,
    );
    new Autoshift(
      `${this.#name}-autoshift`,
      {
        resourceArn: balancer.arn,
        outcomeAlarms: [alarms.total],
        blockingAlarms: alarms.byZone,
        region,
      },
      own,
    );
    if (rateLimit === undefined) return;
    new WebFirewall(`${this.#name}-waf`, { resourceArn: balancer.arn, rateLimit, region, tags }, own);
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
