import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { check, type Transform, transformed } from "../arguments.ts";

export interface WebFirewallArgs {
  region: string;
  /** The load balancer that it stands before. */
  resourceArn: pulumi.Input<string>;
  /** Requests that one address may send in five minutes. @default 3000 */
  rateLimit?: number;
  tags?: Record<string, string>;
  transform?: { webAcl?: Transform<aws.wafv2.WebAclArgs> };
}

/** WAF's least and most for a rate rule (AWS WAF Developer Guide, quotas). */
const RATE = { min: 10, max: 2_000_000_000 };

/** Rules that AWS keeps: requests that only attacks send, and addresses known for them. */
const MANAGED = ["AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesAmazonIpReputationList"];

/**
 * AWS WAF before a load balancer: an address that sends too much is refused until it sends less. Costs the web ACL and
 * its rules by the month, and by the request.
 *
 * @example new WebFirewall("public-waf", { resourceArn: balancer.arn, region }, { provider })
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
    this.registerOutputs();
  }
}

function visible(metricName: string) {
  return { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName };
}
