// refuse secrets-as-files | a password among a function's variables
import * as aws from "@pulumi/aws";

new aws.lambda.Function("sync", {
  role: "arn:aws:iam::111111111111:role/sync",
  packageType: "Image",
  imageUri: "111111111111.dkr.ecr.ap-southeast-2.amazonaws.com/sync:1",
  environment: { variables: { WAREHOUSE_PASSWORD: "horse-battery" } },
});
