// A batch cluster: AWS Batch on Fargate computes risk each night from files on EFS, and a cluster of Ray prices beside it.
import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const tags = { DataSovereignty: "AU", Compliance: "ASIC", Team: "quant" };
const net = new pulumi.StackReference("organization/network/prod");
const subnets = ["subnet-0a1", "subnet-0b2", "subnet-0c3"];
const key = new aws.kms.Key("batch", { enableKeyRotation: true, deletionWindowInDays: 30, tags });
const group = new aws.ec2.SecurityGroup("batch", {
  vpcId: net.getOutput("vpcId"),
  description: "Batch",
  tags,
});
new aws.vpc.SecurityGroupIngressRule("nfs", {
  securityGroupId: group.id,
  referencedSecurityGroupId: group.id,
  ipProtocol: "tcp",
  fromPort: 2049,
  toPort: 2049,
  tags,
});

const files = new aws.efs.FileSystem("scenarios", {
  encrypted: true,
  kmsKeyId: key.arn,
  throughputMode: "elastic",
  tags,
});
new aws.efs.BackupPolicy("scenarios", { fileSystemId: files.id, backupPolicy: { status: "ENABLED" } });
for (const [index, subnetId] of subnets.entries()) {
  new aws.efs.MountTarget(`scenarios-${index}`, {
    fileSystemId: files.id,
    subnetId,
    securityGroups: [group.id],
  });
}

const role = new aws.iam.Role("job", {
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" },
    ],
  }),
  tags,
});
const logs = new aws.cloudwatch.LogGroup("risk", { kmsKeyId: key.arn, retentionInDays: 400, tags });
new aws.iam.RolePolicy("job", {
  role: role.id,
  policy: pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: pulumi.interpolate`${logs.arn}:*`,
      },
      {
        Effect: "Allow",
        Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        Resource: files.arn,
      },
    ],
  }),
});
const environment = new aws.batch.ComputeEnvironment("nightly", {
  type: "MANAGED",
  computeResources: { type: "FARGATE", maxVcpus: 256, subnets, securityGroupIds: [group.id] },
  tags,
});
const queue = new aws.batch.JobQueue("nightly", {
  state: "ENABLED",
  priority: 10,
  computeEnvironmentOrders: [{ order: 1, computeEnvironment: environment.arn }],
  tags,
});
const job = new aws.batch.JobDefinition("risk", {
  type: "container",
  platformCapabilities: ["FARGATE"],
  containerProperties: pulumi.jsonStringify({
    image: `111111111111.dkr.ecr.ap-southeast-2.amazonaws.com/risk@sha256:${"5".repeat(64)}`,
    command: ["risk", "--scenarios", "/mnt/scenarios", "--token-file", "/run/token"],
    environment: [{ name: "REPORT_SECRET", value: "quant/report" }],
    jobRoleArn: role.arn,
    executionRoleArn: role.arn,
    resourceRequirements: [
      { type: "VCPU", value: "4" },
      { type: "MEMORY", value: "16384" },
    ],
    logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": logs.name } },
  }),
  retryStrategy: { attempts: 3 },
  timeout: { attemptDurationSeconds: 7200 },
  tags,
});
new aws.cloudwatch.EventRule("nightly", { scheduleExpression: "cron(0 14 * * ? *)", tags });
pulumi.all([queue.arn, job.arn]);

const container = {
  image: `registry.bank.example/ray@sha256:${"6".repeat(64)}`,
  resources: { requests: { cpu: "2", memory: "8Gi" }, limits: { memory: "8Gi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};
const pod = (name: string) => ({
  template: {
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [{ name, ...container }],
    },
  },
});
new k8s.apiextensions.CustomResource("pricing", {
  apiVersion: "ray.io/v1",
  kind: "RayCluster",
  metadata: { namespace: "quant" },
  spec: {
    headGroupSpec: { rayStartParams: { "dashboard-host": "0.0.0.0" }, ...pod("head") },
    workerGroupSpecs: [{ groupName: "cpu", replicas: 6, ...pod("worker") }],
  },
});
new k8s.batch.v1.CronJob("compact", {
  metadata: { namespace: "quant", name: "compact" },
  spec: {
    schedule: "30 2 * * *",
    jobTemplate: {
      spec: {
        backoffLimit: 2,
        template: { spec: { ...pod("compact").template.spec, restartPolicy: "Never" } },
      },
    },
  },
});
