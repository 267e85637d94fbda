// refuse production-deletion-protection | a document database that one command deletes | stack=apps-production
import * as aws from "@pulumi/aws";

new aws.docdb.Cluster("notes", { backupRetentionPeriod: 14, storageEncrypted: true });
