// refuse aws-tags | the default tags have one of the two
import * as aws from "@pulumi/aws";

const provider = new aws.Provider("au", {
  region: "ap-southeast-2",
  defaultTags: { tags: { DataSovereignty: "AU" } },
});
new aws.sqs.Queue("orders", { sqsManagedSseEnabled: true }, { provider });
