import * as aws from "@pulumi/aws";

/** In a program that is loaded in one piece, as CommonJS, there is a `module`; in an ES module there is none. */
export const inOnePiece = typeof module === "object";

/** A namespace is what it always was, however late it is loaded. */
export const namespaces = [
  aws.s3 === aws.s3,
  Object.keys(aws).includes("s3"),
  typeof aws.s3.Bucket,
  aws.ec2.InstanceType.T3_Micro,
];
