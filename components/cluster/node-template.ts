import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";

export interface NodeTemplateArgs {
  region: string;
  /** GiB of the root volume. @default 50 */
  disk?: number;
  tags?: Record<string, string>;
  transform?: { launchTemplate?: Transform<aws.ec2.LaunchTemplateArgs> };
}

/**
 * How every node is launched: instance metadata by session tokens only and out of pods' reach, its volume encrypted.
 * Free of charge.
 *
 * @example new NodeTemplate("nodes-template", { region, disk: 50, tags }, { provider })
 */
export class NodeTemplate extends pulumi.ComponentResource {
  readonly launchTemplate: aws.ec2.LaunchTemplate;

  constructor(name: string, args: NodeTemplateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:NodeTemplate", name, {}, opts);
    const { region, disk = 50, tags } = args;
    this.launchTemplate = new aws.ec2.LaunchTemplate(
      ...transformed(
        args.transform?.launchTemplate,
        `${name}-launch`,
        {
          region,
          updateDefaultVersion: true,
          metadataOptions: {
            httpEndpoint: "enabled",
            httpTokens: "required",
            // One hop ends at the node: a pod, a hop further, can't take the node's role.
            httpPutResponseHopLimit: 1,
          },
          blockDeviceMappings: [
            {
              // The root volume of Amazon Linux 2023.
              deviceName: "/dev/xvda",
              ebs: {
                volumeType: "gp3",
                volumeSize: disk,
                // With the account's own key of EBS: it asks for no grant to the auto scaling service.
                encrypted: "true",
                deleteOnTermination: "true",
              },
            },
          ],
          monitoring: { enabled: true },
          tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
            resourceType,
            tags,
          })),
          tags,
        },
        { parent: this },
      ),
    );
    this.registerOutputs();
  }
}
