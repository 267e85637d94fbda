// refuse production-backups | files that nothing backs up
import * as aws from "@pulumi/aws";

new aws.efs.FileSystem("share", { encrypted: true, tags: { DataSovereignty: "AU", Compliance: "ASIC" } });
