// accept production-backups | a table of a development stack | stack=dev
import * as aws from "@pulumi/aws";

new aws.dynamodb.Table("drafts", {
  hashKey: "id",
  attributes: [{ name: "id", type: "S" }],
  billingMode: "PAY_PER_REQUEST",
});
