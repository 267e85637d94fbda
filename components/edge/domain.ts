import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";

export interface DomainArgs {
  region: string;
  /** The domain's name. */
  domain: string;
  /** Route 53's public zone that it is in. */
  hostedZoneId: string;
  /** An ACM certificate of the domain that is there already. @default one is made, proven by a record in the zone */
  certificateArn?: string;
  tags?: Record<string, string>;
  transform?: {
    certificate?: Transform<aws.acm.CertificateArgs>;
    record?: Transform<aws.route53.RecordArgs>;
  };
}

/**
 * A domain in Route 53 with its certificate, which ACM renews for as long as the record that proves it stays. Free of
 * charge beside the zone.
 *
 * @example new Domain("domain", { domain: "trade.broker.com.au", hostedZoneId: "Z0123…", region }, { provider })
 */
export class Domain extends pulumi.ComponentResource {
  /** Of the certificate, once ACM has issued it: before, no listener takes it. */
  readonly certificateArn: pulumi.Output<string>;
  readonly #name: string;
  readonly #args: DomainArgs;

  constructor(name: string, args: DomainArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Domain", name, {}, opts);
    this.#name = name;
    this.#args = args;
    this.certificateArn = args.certificateArn ? pulumi.output(args.certificateArn) : this.#issued();
    this.registerOutputs();
  }

  /** Has the domain lead to a load balancer. */
  pointTo(balancer: { dnsName: pulumi.Input<string>; zoneId: pulumi.Input<string> }): void {
    const { domain: name, hostedZoneId: zoneId, transform } = this.#args;
    const alias = { name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true };
    new aws.route53.Record(
      ...transformed(
        transform?.record,
        `${this.#name}-record`,
        { zoneId, name, type: "A", aliases: [alias] },
        { parent: this },
      ),
    );
  }

  #issued(): pulumi.Output<string> {
    const { region, domain: domainName, hostedZoneId: zoneId, tags, transform } = this.#args;
    const parent = { parent: this };
    const certificate = new aws.acm.Certificate(
      ...transformed(
        transform?.certificate,
        `${this.#name}-certificate`,
        { region, domainName, validationMethod: "DNS", keyAlgorithm: "EC_prime256v1", tags },
        parent,
      ),
    );
    const proof = certificate.domainValidationOptions.apply(([option]) => {
      if (!option) throw new Error(`ACM names no record that would prove ${domainName}`);
      return option;
    });
    const record = new aws.route53.Record(
      `${this.#name}-proof`,
      {
        ...{ zoneId, ttl: 300, allowOverwrite: true },
        name: proof.resourceRecordName,
        type: proof.resourceRecordType.apply((type) => type as aws.types.enums.route53.RecordType),
        records: [proof.resourceRecordValue],
      },
      parent,
    );
    return new aws.acm.CertificateValidation(
      `${this.#name}-validation`,
      { region, certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      parent,
    ).certificateArn;
  }
}
