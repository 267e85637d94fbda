import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as eks from "@pulumi/eks";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const zones = aws.getAvailabilityZonesOutput({ state: "available" });
const role = new aws.iam.Role("nodes", { assumeRolePolicy: "{}" });
const vpc = new awsx.ec2.Vpc("vpc", { availabilityZoneNames: zones.names });
const cluster = new eks.Cluster("cluster", {
  vpcId: vpc.vpcId,
  privateSubnetIds: vpc.privateSubnetIds,
  instanceRole: role,
});
const cloud = new k8s.Provider("cloud", { kubeconfig: cluster.kubeconfigJson });
const settings = new k8s.core.v1.ConfigMap("settings", { data: { vpc: vpc.vpcId } }, { provider: cloud });

export const vpcId = vpc.vpcId;
export const roleArn = role.arn;
export const settingsName = settings.metadata.name;
export const kubeconfig = pulumi.secret(cluster.kubeconfigJson);
