import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";

export interface EndpointsArgs {
  region: string;
  vpcId: pulumi.Input<string>;
  /** One a zone: the interface endpoints' addresses are in them. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  securityGroupId: pulumi.Input<string>;
  /** Route tables from which S3 is reached through its gateway. */
  routeTableIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Services by their name in `com.amazonaws.<region>.<name>`. @default what nodes and controllers call */
  services?: string[];
  tags?: Record<string, string>;
  transform?: { endpoint?: Transform<aws.ec2.VpcEndpointArgs> };
}

const SERVICES = [
  "ecr.api",
  "ecr.dkr",
  "sts",
  "secretsmanager",
  "kms",
  "logs",
  "eks",
  "ec2",
  "elasticloadbalancing",
];

/**
 * VPC endpoints of AWS services, whose traffic doesn't leave the VPC, so that a zone can start pods while its NAT
 * gateway is down. S3's gateway is free (image layers come from S3); each of the nine interfaces costs by the hour and
 * zone, about 10 USD a month, and by traffic.
 *
 * @example new Endpoints("endpoints", { vpcId, subnetIds: network.privateSubnetIds, … }, { provider })
 */
export class Endpoints extends pulumi.ComponentResource {
  constructor(name: string, args: EndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Endpoints", name, {}, opts);
    const { region, vpcId, tags } = args;
    const endpoint = (service: string, own: Partial<aws.ec2.VpcEndpointArgs>) => {
      const serviceName = `com.amazonaws.${region}.${service}`;
      return new aws.ec2.VpcEndpoint(
        ...transformed(
          args.transform?.endpoint,
          `${name}-${service}`,
          { region, vpcId, serviceName, tags, ...own },
          { parent: this },
        ),
      );
    };
    endpoint("s3", { vpcEndpointType: "Gateway", routeTableIds: args.routeTableIds });
    for (const service of args.services ?? SERVICES) {
      endpoint(service, {
        vpcEndpointType: "Interface",
        subnetIds: args.subnetIds,
        securityGroupIds: [args.securityGroupId],
        privateDnsEnabled: true,
      });
    }
    this.registerOutputs();
  }
}
