import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { withScheme } from "../../config/index.ts";
import { type Transform, transformed } from "../arguments.ts";
import { Autoshift } from "./autoshift.ts";
import { checkRoutes, type Route, route } from "./balancer-routes.ts";
import { CapacitySchedule } from "./capacity-schedule.ts";
import { SelfSigned } from "./self-signed.ts";
import { WebFirewall } from "./web-firewall.ts";
import { ZoneAlarms } from "./zone-alarms.ts";

export interface LoadBalancerArgs {
  region: string;
  account: pulumi.Input<string>;
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
  /** Serve HTTPS, and redirect plain HTTP to it. @default plain HTTP is served */
  https?: {
    /** ACM certificate, and the name that it is for. @default the balancer's own name, by a self-signed certificate */
    certificateArn?: pulumi.Input<string>;
    domain?: string;
    /** Years that a self-signed certificate lasts. @default 1 */
    years?: number;
  };
  /** Bucket for the access logs, which must let balancers write. @default none are kept */
  accessLogs?: pulumi.Input<string>;
  /**
   * Capacity units that are reserved over the market's open, before the traffic is there. 100 at least. Costs every
   * unit for an hour of each weekday, used or not. @default ALB scales by itself, over minutes
   */
  capacityUnits?: number;
  /** AWS WAF: the requests that one address may send in five minutes, and the key of its log. @default no WAF */
  firewall?: { rateLimit: number; logsKeyArn: pulumi.Input<string> };
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
  readonly dnsName: pulumi.Output<string>;
  /** Route 53's zone of `dnsName`. */
  readonly zoneId: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  /** The self-signed certificate that a client must be given to trust, PEM; undefined where there is none. */
  readonly certificatePem: pulumi.Output<string> | undefined;
  /** Of failed requests. */
  readonly alarms: ZoneAlarms;
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
    const certificate = this.#certificate(balancer);
    this.certificatePem = certificate?.certificatePem;
    const listener = this.#listeners(balancer, args.https?.certificateArn ?? certificate?.certificateArn);
    const targetGroups = Object.assign(
      {},
      ...args.routes.map((one, index) =>
        route({ ...args, name, route: one, priority: (index + 1) * 10, listener, parent: this }),
      ),
    ) as Record<string, aws.lb.TargetGroup>;
    this.alarms = this.#watch(balancer, targetGroups);
    const scheme = args.https ? "https" : "http";
    this.arn = balancer.arn;
    this.loadBalancerName = balancer.name;
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.url = balancer.dnsName.apply((dnsName) =>
      withScheme(dnsName.includes("://") ? dnsName : (args.https?.domain ?? dnsName), scheme),
    );
    this.registerOutputs({ url: this.url });
  }

  #balancer(): aws.lb.LoadBalancer {
    const { internal, subnetIds, securityGroupIds, protect, region, tags, transform } = this.#args;
    const { accessLogs } = this.#args;
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
          enableDeletionProtection: protect ?? false,
          region,
          tags,
        },
        // The reservation comes and goes by its schedule; an `up` in between leaves it as it is.
        { parent: this, protect, ignoreChanges: ["minimumLoadBalancerCapacity"] },
      ),
    );
  }

  /** A certificate for the balancer's own name, where it is to serve HTTPS and is given none. */
  #certificate({ dnsName }: aws.lb.LoadBalancer): SelfSigned | undefined {
    const { https, region, tags } = this.#args;
    if (!https || https.certificateArn !== undefined) return undefined;
    const args = { region, dnsName, years: https.years, tags };
    return new SelfSigned(`${this.#name}-self-signed`, args, { parent: this });
  }

  /** The listener that serves; over HTTPS, beside one that redirects to it. */
  #listeners(
    { arn: loadBalancerArn }: aws.lb.LoadBalancer,
    certificateArn: pulumi.Input<string> | undefined,
  ): aws.lb.Listener {
    const { region, tags, transform } = this.#args;
    const listen = (
      suffix: string,
      args: Omit<aws.lb.ListenerArgs, "loadBalancerArn">,
      aliases: pulumi.Alias[] = [],
    ) =>
      new aws.lb.Listener(
        ...transformed(
          transform?.listener,
          `${this.#name}-${suffix}`,
          { loadBalancerArn, region, tags, ...args },
          { parent: this, aliases },
        ),
      );
    if (certificateArn === undefined)
      return listen("http", { port: 80, protocol: "HTTP", defaultActions: [NOT_FOUND] });
    const serving = listen("https", {
      port: 443,
      protocol: "HTTPS",
      certificateArn,
      sslPolicy: TLS_1_3,
      defaultActions: [NOT_FOUND],
    });
    // A balancer that served plain HTTP has this port already, and takes no second listener on it.
    const plain = { name: `${this.#name}-http` };
    listen("redirect", { port: 80, protocol: "HTTP", defaultActions: [TO_HTTPS] }, [plain]);
    return serving;
  }

  /** Alarms by zone, zonal autoshift, the capacity's schedule, and the web firewall. */
  #watch(balancer: aws.lb.LoadBalancer, targetGroups: Record<string, aws.lb.TargetGroup>): ZoneAlarms {
    const { zones, region, account, tags, notify, firewall, capacityUnits } = this.#args;
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
    if (capacityUnits !== undefined) {
      const reservation = { loadBalancerArn: balancer.arn, capacityUnits, region, account, notify, tags };
      new CapacitySchedule(`${this.#name}-capacity`, reservation, own);
    }
    if (firewall) {
      new WebFirewall(`${this.#name}-waf`, { resourceArn: balancer.arn, ...firewall, region, tags }, own);
    }
    return alarms;
  }
}

/** TLS 1.3 and nothing older (Elastic Load Balancing, "Security policies for your Application Load Balancer"). */
const TLS_1_3 = "ELBSecurityPolicy-TLS13-1-3-2021-06";

const NOT_FOUND = {
  type: "fixed-response",
  fixedResponse: { statusCode: "404", contentType: "text/plain", messageBody: "Not found" },
};

const TO_HTTPS = {
  type: "redirect",
  redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" },
};
