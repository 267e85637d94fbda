// refuse production-multi-az | nobody takes over from the only instance
import * as aws from "@pulumi/aws";

const cluster = new aws.rds.Cluster("ledger", { engine: "aurora-postgresql", storageEncrypted: true });
new aws.rds.ClusterInstance("ledger", {
  clusterIdentifier: cluster.id,
  engine: "aurora-postgresql",
  instanceClass: "db.r6g.large",
});
