// refuse production-backups | a warehouse that keeps snapshots for a day
import * as aws from "@pulumi/aws";

new aws.redshift.Cluster("warehouse", {
  clusterIdentifier: "warehouse",
  nodeType: "ra3.large",
  multiAz: true,
  encrypted: "true",
});
