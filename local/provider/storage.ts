import { ACCOUNT, type Answer, arn, autoName, derived, text } from "./naming.ts";

const bucket: Answer = ({ urn, name, inputs }, { region }) => {
  const id = text(inputs, "bucket") ?? autoName(urn, name);
  return {
    id,
    outputs: {
      bucket: id,
      arn: arn("s3", "", id, ""),
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
    },
  };
};

/** A bucket's settings, whose id is the bucket's name. */
const ofBucket: Answer = ({ urn, name, inputs }) => ({ id: text(inputs, "bucket") ?? autoName(urn, name) });

const role: Answer = ({ urn, name: logical, inputs }) => {
  const name = text(inputs, "name") ?? autoName(urn, logical);
  return {
    id: name,
    outputs: { name, arn: arn("iam", "", `role/${name}`, ACCOUNT), uniqueId: `AROA${name}` },
  };
};

const rolePolicy: Answer = ({ urn, name: logical, inputs }) => {
  const name = text(inputs, "name") ?? autoName(urn, logical);
  return { id: `${text(inputs, "role")}:${name}`, outputs: { name } };
};

/** `awsx.ecr.Image` builds and pushes: here nothing is built, and the digest is made up. */
const image: Answer = ({ urn, inputs }) => ({
  outputs: { imageUri: `${text(inputs, "repositoryUrl")}@sha256:${derived(urn, 64)}` },
});

const repository: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const name = text(inputs, "name") ?? autoName(urn, logical);
  const repositoryUrl = `${ACCOUNT}.dkr.ecr.${region}.amazonaws.com/${name}`;
  const own = arn("ecr", region, `repository/${name}`);
  return { id: name, outputs: { name, arn: own, registryId: ACCOUNT, repositoryUrl } };
};

export const storage: Record<string, Answer> = {
  "awsx:ecr:Image": image,
  "aws:ecr/repository:Repository": repository,
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketV2:BucketV2": bucket,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ofBucket,
  "aws:s3/bucketVersioning:BucketVersioning": ofBucket,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ofBucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ofBucket,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ofBucket,
  "aws:s3/bucketLogging:BucketLogging": ofBucket,
  "aws:s3/bucketPolicy:BucketPolicy": ofBucket,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
};
