// refuse production-backups | a graph database with a day of backups
import * as aws from "@pulumi/aws";

new aws.neptune.Cluster("links", {
  backupRetentionPeriod: 1,
  deletionProtection: true,
  storageEncrypted: true,
});
