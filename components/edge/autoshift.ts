import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { tradingWindows } from "../../config/index.ts";
import { type Transform, transformed } from "../arguments.ts";

export interface AutoshiftArgs {
  region: string;
  /** What is shifted: a load balancer or a cluster that opted in to zonal shifts. */
  resourceArn: pulumi.Input<string>;
  /** Alarms that end a practice run and mark it failed. One to ten. */
  outcomeAlarms: pulumi.Input<string>[];
  /** Alarms during which no practice run begins. At most ten. */
  blockingAlarms?: pulumi.Input<string>[];
  transform?: { configuration?: Transform<aws.arczonalshift.ZonalAutoshiftConfigurationArgs> };
}

/**
 * Lets AWS shift a balancer, or a cluster, away from a zone that it finds impaired, and practises that weekly outside the exchange's
 * hours. Free of charge. Practice is kept out of trading hours; a real shift, for a zone that fails, may come at any
 * hour.
 *
 * @example new Autoshift("public-autoshift", { resourceArn: balancer.arn, outcomeAlarms: [alarms.total], region })
 */
export class Autoshift extends pulumi.ComponentResource {
  constructor(name: string, args: AutoshiftArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Autoshift", name, {}, opts);
    const alarms = (arns: pulumi.Input<string>[]) =>
      arns.map((alarmIdentifier) => ({ alarmIdentifier, type: "CLOUDWATCH" }));
    new aws.arczonalshift.ZonalAutoshiftConfiguration(
      ...transformed(
        args.transform?.configuration,
        `${name}-configuration`,
        {
          resourceArn: args.resourceArn,
          zonalAutoshiftStatus: "ENABLED",
          blockedWindows: tradingWindows(),
          outcomeAlarms: alarms(args.outcomeAlarms),
          blockingAlarms: alarms(args.blockingAlarms ?? []),
          region: args.region,
        },
        { parent: this },
      ),
    );
    this.registerOutputs();
  }
}
