import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "./transform.ts";

export interface ModelBucketArgs {
  region: string;
  tags?: Record<string, string>;
  transform?: {
    bucket?: Transform<aws.s3.BucketArgs>;
    publicAccessBlock?: Transform<aws.s3.BucketPublicAccessBlockArgs>;
    versioning?: Transform<aws.s3.BucketVersioningArgs>;
  };
}

/**
 * Where the model's files lie: private, versioned, encrypted by S3's default. Costs its storage.
 *
 * @example new ModelBucket("models", { region }, { provider })
 */
export class ModelBucket extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: ModelBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:ModelBucket", name, {}, opts);
    const parent = { parent: this };
    const { region, tags, transform } = args;
    const bucket = new aws.s3.Bucket(
      ...transformed(transform?.bucket, `${name}-bucket`, { region, tags }, parent),
    );
    new aws.s3.BucketPublicAccessBlock(
      ...transformed(
        transform?.publicAccessBlock,
        `${name}-public-access-block`,
        {
          region,
          bucket: bucket.id,
          blockPublicAcls: true,
          blockPublicPolicy: true,
          ignorePublicAcls: true,
          restrictPublicBuckets: true,
        },
        parent,
      ),
    );
    new aws.s3.BucketVersioning(
      ...transformed(
        transform?.versioning,
        `${name}-versioning`,
        { region, bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
        parent,
      ),
    );
    this.bucketName = bucket.bucket;
    this.arn = bucket.arn;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}
