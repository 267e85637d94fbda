import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { check, type Transform, transformed } from "../arguments.ts";

export interface WebFirewallArgs {
  region: string;
  /** The load balancer that it stands before. */
  resourceArn: pulumi.Input<string>;
  /** Requests that one address may send in five minutes. @default 3000 */
  rateLimit?: number;
  /** KMS key of its log, which CloudWatch Logs may use. */
  logsKeyArn: pulumi.Input<string>;
  /** Days that the log is kept, one of the numbers that CloudWatch Logs takes. @default 365 */
  logDays?: number;
  tags?: Record<string, string>;
  transform?: {
    webAcl?: Transform<aws.wafv2.WebAclArgs>;
    logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  };
}

/** Headers that hold credentials, WebSockets' among them: neither the log nor the console's samples show their values. */
const SECRET_HEADERS = ["authorization", "cookie", "sec-websocket-protocol"];

/** WAF's least and most for a rate rule (AWS WAF Developer Guide, quotas). */
const RATE = { min: 10, max: 2_000_000_000 };

/** Rules that AWS keeps: requests that only attacks send, and addresses known for them. */
const MANAGED = ["AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesAmazonIpReputationList"];

/**
 * AWS WAF before a load balancer: an address that sends too much is refused until it sends less. Each request that it
 * judged is logged, without credentials. Costs the web ACL and its rules by the month, by the request, and the log by
 * volume.
 *
 * @example new WebFirewall("public-waf", { resourceArn: balancer.arn, logsKeyArn, region }, { provider })
 */
export class WebFirewall extends pulumi.ComponentResource {
  constructor(name: string, args: WebFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    const { rateLimit = 3000, region, tags } = args;
    check(`web firewall ${name}`, [
      [
        Number.isInteger(rateLimit) && rateLimit >= RATE.min && rateLimit <= RATE.max,
        "rateLimit",
        `expected a whole number from ${RATE.min} to ${RATE.max}`,
      ],
    ]);
    super("trizone:aws:WebFirewall", name, {}, opts);
    const webAcl = {
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      rules: [
        {
          name: "rate",
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          statement: {
            rateBasedStatement: { limit: rateLimit, evaluationWindowSec: 300, aggregateKeyType: "IP" },
          },
          visibilityConfig: visible(`${name}-rate`),
        },
        ...MANAGED.map((rules, index) => ({
          name: rules,
          priority: index + 1,
          overrideAction: { none: {} },
          statement: { managedRuleGroupStatement: { vendorName: "AWS", name: rules } },
          visibilityConfig: visible(`${name}-${rules}`),
        })),
      ],
      visibilityConfig: visible(name),
      dataProtectionConfig: {
        dataProtections: [
          { action: "SUBSTITUTION", field: { fieldType: "SINGLE_HEADER", fieldKeys: SECRET_HEADERS } },
        ],
      },
      region,
      tags,
    };
    const acl = new aws.wafv2.WebAcl(
      ...transformed(args.transform?.webAcl, `${name}-acl`, webAcl, { parent: this }),
    );
    new aws.wafv2.WebAclAssociation(
      `${name}-association`,
      { resourceArn: args.resourceArn, webAclArn: acl.arn, region },
      { parent: this },
    );
    this.#log(name, args, acl.arn);
    this.registerOutputs();
  }

  #log(name: string, args: WebFirewallArgs, webAclArn: pulumi.Input<string>): void {
    const { region, logsKeyArn: kmsKeyId, logDays = 365, tags, transform } = args;
    // WAF takes log groups of this prefix only.
    const group = {
      name: `aws-waf-logs-${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
      ...{ region, kmsKeyId, retentionInDays: logDays, tags },
    };
    const { arn } = new aws.cloudwatch.LogGroup(
      ...transformed(transform?.logGroup, `${name}-logs`, group, { parent: this }),
    );
    new aws.wafv2.WebAclLoggingConfiguration(
      `${name}-logging`,
      {
        region,
        resourceArn: webAclArn,
        logDestinationConfigs: [arn],
        redactedFields: SECRET_HEADERS.map((header) => ({ singleHeader: { name: header } })),
      },
      { parent: this },
    );
  }
}

function visible(metricName: string) {
  return { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName };
}
