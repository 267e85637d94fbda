import * as pulumi from "@pulumi/pulumi";
import { PrivateBucket, type PrivateBucketArgs } from "../governance/index.ts";

export type ModelBucketArgs = Pick<
  PrivateBucketArgs,
  "region" | "keyArn" | "accessLogs" | "protect" | "tags" | "transform"
>;

/**
 * Where the models' files lie: private, versioned, encrypted, every access recorded. Costs its storage.
 *
 * @example new ModelBucket("models", { region, keyArn: keys.data, accessLogs: accessLogs.bucketName }, { provider })
 */
export class ModelBucket extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: ModelBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:ModelBucket", name, {}, opts);
    const bucket = new PrivateBucket(`${name}-files`, args, { parent: this });
    this.bucketName = bucket.bucketName;
    this.arn = bucket.arn;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}
