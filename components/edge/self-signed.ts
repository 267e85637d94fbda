import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

export interface SelfSignedArgs {
  region: string;
  /** The name that it is for. */
  dnsName: pulumi.Input<string>;
  /** How long it lasts. @default 1 */
  years?: number;
  tags?: Record<string, string>;
}

const YEAR_HOURS = 365 * 24;

/**
 * A certificate that vouches for itself, in ACM: what a balancer serves TLS with that has no domain. Browsers warn of it;
 * clients of the platform's own are given it to trust. An `up` in the last twelfth of its time makes the next. Free of
 * charge; its key is a secret of the stack's state.
 *
 * @example new SelfSigned("public-self-signed", { region, dnsName: balancer.dnsName }, { provider })
 */
export class SelfSigned extends pulumi.ComponentResource {
  readonly certificateArn: pulumi.Output<string>;
  /** The certificate itself, PEM. */
  readonly certificatePem: pulumi.Output<string>;

  constructor(name: string, args: SelfSignedArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:SelfSigned", name, {}, opts);
    const { region, dnsName, years = 1, tags } = args;
    const parent = { parent: this };
    const { privateKeyPem } = new tls.PrivateKey(
      `${name}-key`,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      parent,
    );
    const { certPem } = new tls.SelfSignedCert(
      `${name}-body`,
      {
        privateKeyPem,
        // A subject's common name has at most 64 characters, fewer than a balancer's name may have.
        subject: { commonName: pulumi.getProject() },
        dnsNames: [dnsName],
        allowedUses: ["digital_signature", "server_auth"],
        validityPeriodHours: years * YEAR_HOURS,
        earlyRenewalHours: (years * YEAR_HOURS) / 12,
      },
      parent,
    );
    this.certificatePem = certPem;
    this.certificateArn = new aws.acm.Certificate(
      `${name}-certificate`,
      { region, privateKey: privateKeyPem, certificateBody: certPem, tags },
      parent,
    ).arn;
    this.registerOutputs();
  }
}
