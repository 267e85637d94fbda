// accept aws-tags | tags by the default tags of two providers
import * as aws from "@pulumi/aws";

const tags = { DataSovereignty: "AU", Compliance: "ASIC", CostCentre: "7100" };
for (const name of ["payments", "cards"]) {
  const provider = new aws.Provider(name, { region: "ap-southeast-2", defaultTags: { tags } });
  new aws.sqs.Queue(name, { sqsManagedSseEnabled: true }, { provider });
  new aws.dynamodb.Table(
    name,
    { hashKey: "id", attributes: [{ name: "id", type: "S" }], tags: { Name: name } },
    { provider },
  );
}
