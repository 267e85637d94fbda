// A web service: an ECS service behind a public load balancer, with an Aurora database and its password in Secrets Manager.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const tags = { DataSovereignty: "AU", Compliance: "ASIC", Team: "statements" };
const provider = new aws.Provider("au", { region: "ap-southeast-2", defaultTags: { tags } });
const opts = { provider };
const zones = ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"];

const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.20.0.0/16", enableDnsHostnames: true }, opts);
const gateway = new aws.ec2.InternetGateway("gateway", { vpcId: vpc.id }, opts);
const tier = (name: string, offset: number) =>
  zones.map(
    (availabilityZone, index) =>
      new aws.ec2.Subnet(
        `${name}-${index + 1}`,
        { vpcId: vpc.id, availabilityZone, cidrBlock: `10.20.${offset + index}.0/24` },
        opts,
      ),
  );
const [publicSubnets, privateSubnets, dataSubnets] = [
  tier("public", 0),
  tier("private", 10),
  tier("data", 20),
];

const publicRoutes = new aws.ec2.RouteTable(
  "public",
  { vpcId: vpc.id, routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway.id }] },
  opts,
);
const innerRoutes = new aws.ec2.RouteTable("inner", { vpcId: vpc.id, routes: [] }, opts);
for (const [index, subnet] of publicSubnets.entries()) {
  new aws.ec2.RouteTableAssociation(
    `public-${index}`,
    { subnetId: subnet.id, routeTableId: publicRoutes.id },
    opts,
  );
}
for (const [index, subnet] of [...privateSubnets, ...dataSubnets].entries()) {
  new aws.ec2.RouteTableAssociation(
    `inner-${index}`,
    { subnetId: subnet.id, routeTableId: innerRoutes.id },
    opts,
  );
}

const group = (name: string) => new aws.ec2.SecurityGroup(name, { vpcId: vpc.id, description: name }, opts);
const [edge, tasks, data] = [group("edge"), group("tasks"), group("data")];
const from = (name: string, port: number, to: aws.ec2.SecurityGroup, source: object) =>
  new aws.vpc.SecurityGroupIngressRule(
    name,
    { securityGroupId: to.id, ipProtocol: "tcp", fromPort: port, toPort: port, ...source },
    opts,
  );
from("world-https", 443, edge, { cidrIpv4: "0.0.0.0/0" });
from("world-http", 80, edge, { cidrIpv4: "0.0.0.0/0" });
from("edge-tasks", 8443, tasks, { referencedSecurityGroupId: edge.id });
from("tasks-data", 5432, data, { referencedSecurityGroupId: tasks.id });

const key = new aws.kms.Key("key", { enableKeyRotation: true, description: "Statements" }, opts);
const certificate = new aws.acm.Certificate(
  "certificate",
  { domainName: "statements.bank.example", validationMethod: "DNS" },
  opts,
);
const balancer = new aws.lb.LoadBalancer(
  "edge",
  {
    subnets: publicSubnets.map(({ id }) => id),
    securityGroups: [edge.id],
    enableDeletionProtection: true,
    dropInvalidHeaderFields: true,
  },
  opts,
);
const target = new aws.lb.TargetGroup(
  "web",
  {
    port: 8443,
    protocol: "HTTPS",
    targetType: "ip",
    vpcId: vpc.id,
    healthCheck: { path: "/ready", protocol: "HTTPS" },
  },
  opts,
);
new aws.lb.Listener(
  "https",
  {
    loadBalancerArn: balancer.arn,
    port: 443,
    protocol: "HTTPS",
    sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06",
    certificateArn: certificate.arn,
    defaultActions: [{ type: "forward", targetGroupArn: target.arn }],
  },
  opts,
);
const toHttps = { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" };
new aws.lb.Listener(
  "http",
  {
    loadBalancerArn: balancer.arn,
    port: 80,
    protocol: "HTTP",
    defaultActions: [{ type: "redirect", redirect: toHttps }],
  },
  opts,
);

const password = new aws.secretsmanager.Secret("database", { kmsKeyId: key.arn }, opts);
const logs = new aws.cloudwatch.LogGroup("web", { kmsKeyId: key.arn, retentionInDays: 365 }, opts);
const assume = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
const execution = new aws.iam.Role(
  "execution",
  { assumeRolePolicy: assume("ecs-tasks.amazonaws.com") },
  opts,
);
const grant = (Action: string[], Resource: pulumi.Input<string>) => ({ Effect: "Allow", Action, Resource });
const Statement = [
  grant(["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.interpolate`${logs.arn}:*`),
  grant(["secretsmanager:GetSecretValue"], password.arn),
  grant(["ecr:GetAuthorizationToken"], "*"),
];
const policy = pulumi.jsonStringify({ Version: "2012-10-17", Statement });
new aws.iam.RolePolicy("execution", { role: execution.id, policy }, opts);
new aws.ec2.FlowLog(
  "vpc",
  {
    vpcId: vpc.id,
    trafficType: "ALL",
    logDestinationType: "cloud-watch-logs",
    logDestination: logs.arn,
    iamRoleArn: execution.arn,
  },
  opts,
);
const cluster = new aws.ecs.Cluster("web", {}, opts);
const image = `111111111111.dkr.ecr.ap-southeast-2.amazonaws.com/statements@sha256:${"3".repeat(64)}`;
const task = new aws.ecs.TaskDefinition(
  "web",
  {
    family: "statements",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "512",
    memory: "1024",
    executionRoleArn: execution.arn,
    containerDefinitions: pulumi.jsonStringify([
      {
        name: "web",
        image,
        user: "10001",
        readonlyRootFilesystem: true,
        portMappings: [{ containerPort: 8443 }],
        environment: [
          { name: "AWS_REGION", value: "ap-southeast-2" },
          { name: "DB_SECRET_NAME", value: "statements/database" },
          { name: "SESSION_TOKEN_TTL", value: "900" },
        ],
        secrets: [{ name: "DB_PASSWORD", valueFrom: password.arn }],
      },
    ]),
  },
  opts,
);
new aws.ecs.Service(
  "web",
  {
    cluster: cluster.arn,
    taskDefinition: task.arn,
    desiredCount: 3,
    launchType: "FARGATE",
    networkConfiguration: { subnets: privateSubnets.map(({ id }) => id), securityGroups: [tasks.id] },
    loadBalancers: [{ targetGroupArn: target.arn, containerName: "web", containerPort: 8443 }],
  },
  opts,
);

const subnetGroup = new aws.rds.SubnetGroup("data", { subnetIds: dataSubnets.map(({ id }) => id) }, opts);
const parameters = new aws.rds.ClusterParameterGroup(
  "data",
  { family: "aurora-postgresql16", parameters: [{ name: "rds.force_ssl", value: "1" }] },
  opts,
);
const database = new aws.rds.Cluster(
  "data",
  {
    engine: "aurora-postgresql",
    engineVersion: "16.6",
    databaseName: "statements",
    masterUsername: "statements",
    manageMasterUserPassword: true,
    dbSubnetGroupName: subnetGroup.name,
    dbClusterParameterGroupName: parameters.name,
    vpcSecurityGroupIds: [data.id],
    storageEncrypted: true,
    kmsKeyId: key.arn,
    backupRetentionPeriod: 35,
    deletionProtection: true,
    finalSnapshotIdentifier: "statements-final",
  },
  opts,
);
for (const index of [1, 2]) {
  new aws.rds.ClusterInstance(
    `inner-${index}`,
    { clusterIdentifier: database.id, engine: "aurora-postgresql", instanceClass: "db.r6g.large" },
    opts,
  );
}
