import assert from "node:assert/strict";
import { dereference, type Graph, type PropertyMap, reveal, UNKNOWN } from "../../engine/index.ts";
import { createProvider } from "../../local/provider/index.ts";
import { RULES } from "../../local/provider/rules/index.ts";
import { readRecording } from "../../ops/graph/recording.ts";
import { graphOf } from "./graphs.ts";

/** Types without rules of their own, each with the reason. */
const WITHOUT_RULES: Record<string, string> = {};

/** For a type, a value that AWS refuses, by the property's path; and where it differs, the path that the message names. */
type Broken = [path: string, value: unknown, named?: string];

const ARN = "arn:aws:iam::000000000000:user/x";

/** One for each type with rules, those of prod among them. */
const BROKEN: Record<string, Broken> = {
  "aws:acm/certificate:Certificate": ["domainName", `${"a".repeat(61)}.com.au`],
  "aws:acm/certificateValidation:CertificateValidation": ["certificateArn", ARN],
  "aws:acmpca/certificateAuthority:CertificateAuthority": ["permanentDeletionTimeInDays", 5],
  "aws:acmpca/certificate:Certificate": ["validity.type", "WEEKS"],
  "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate": [
    "certificateAuthorityArn",
    ARN,
  ],
  "aws:amp/workspace:Workspace": ["alias", "a".repeat(101)],
  "aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration": [
    "blockedWindows",
    ["Mon:24:00-Tue:06:00"],
    "blockedWindows[0]",
  ],
  "aws:autoscaling/schedule:Schedule": ["recurrence", "cron(30 9 ? * MON-FRI *)"],
  "aws:cloudtrail/trail:Trail": ["name", "trizone--prod"],
  "aws:cloudwatch/eventRule:EventRule": ["scheduleExpression", "cron(0 9 * * *)"],
  "aws:cloudwatch/eventTarget:EventTarget": ["targetId", "a".repeat(65)],
  "aws:cloudwatch/logGroup:LogGroup": ["retentionInDays", 91],
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ["policyDocument", "{"],
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": ["name", "all:errors"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["period", 45],
  "aws:cognito/userPool:UserPool": ["passwordPolicy.minimumLength", 5],
  "aws:cognito/userGroup:UserGroup": ["name", "o".repeat(129)],
  "aws:cognito/userPoolClient:UserPoolClient": ["accessTokenValidity", 25],
  "aws:cognito/userPoolDomain:UserPoolDomain": ["domain", "trizone-cognito"],
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ["vpcId", "the-vpc"],
  "aws:ec2/flowLog:FlowLog": ["maxAggregationInterval", 300],
  "aws:ec2/launchTemplate:LaunchTemplate": ["metadataOptions.httpPutResponseHopLimit", 65],
  "aws:ec2/networkAcl:NetworkAcl": ["ingress", [{ action: "permit", ruleNo: 1 }], "ingress[0].action"],
  "aws:ec2/securityGroup:SecurityGroup": ["description", "Pods’ cache"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["serviceName", "s3"],
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": ["policy", '{"rules":[]}'],
  "aws:ecr/repository:Repository": ["name", "prod/Trizone"],
  "aws:eks/addon:Addon": ["resolveConflictsOnCreate", "PRESERVE"],
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": ["namespace", "kube_system"],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    "replicationGroupId",
    `trizone-prod-${"a".repeat(30)}`,
  ],
  "aws:elasticache/subnetGroup:SubnetGroup": ["name", "cache_subnets"],
  "aws:iam/instanceProfile:InstanceProfile": ["name", "a b"],
  "aws:iam/policy:Policy": ["policy", "{"],
  "aws:iam/role:Role": ["description", "A role – for nodes"],
  "aws:iam/rolePolicy:RolePolicy": [
    "policy",
    { Version: "2012-10-17", Statement: [{ Effect: "allow", Action: "*" }] },
  ],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["policyArn", "AmazonEKSWorkerNodePolicy"],
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": ["name", "a".repeat(65)],
  "aws:kms/alias:Alias": ["name", "alias/aws/data"],
  "aws:kms/key:Key": ["deletionWindowInDays", 31],
  "aws:lambda/function:Function": ["timeout", 901],
  "aws:lambda/permission:Permission": ["action", "invoke"],
  "aws:lb/listener:Listener": ["defaultActions[0].fixedResponse.messageBody", "a".repeat(1025)],
  "aws:lb/listenerRule:ListenerRule": ["priority", 50001],
  "aws:lb/loadBalancer:LoadBalancer": ["name", "internal-alb"],
  "aws:lb/targetGroup:TargetGroup": ["healthCheck.timeout", 5],
  "aws:rds/eventSubscription:EventSubscription": ["sourceType", "database"],
  "aws:rds/instance:Instance": ["backupWindow", "17:00-18:00"],
  "aws:rds/parameterGroup:ParameterGroup": ["parameters[0].applyMethod", "later"],
  "aws:rds/subnetGroup:SubnetGroup": ["name", "default"],
  "aws:route53/record:Record": ["type", "ALIAS"],
  "aws:route53/zone:Zone": ["name", `${"a".repeat(64)}.example`],
  "aws:s3/bucket:Bucket": ["bucket", "Trizone_models"],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ["rules[0].status", "On"],
  "aws:s3/bucketLogging:BucketLogging": ["targetBucket", "192.168.0.1"],
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": [
    "rule.defaultRetention.mode",
    "STRICT",
  ],
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ["rule.objectOwnership", "BucketOwner"],
  "aws:s3/bucketPolicy:BucketPolicy": ["policy", `{"a":"${"a".repeat(20480)}"}`],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ["bucket", "a..b"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
    "aes256",
  ],
  "aws:s3/bucketVersioning:BucketVersioning": ["versioningConfiguration.status", "On"],
  "aws:scheduler/schedule:Schedule": ["scheduleExpression", "cron(30 9 * * 1-5)"],
  "aws:scheduler/scheduleGroup:ScheduleGroup": ["name", "the open"],
  "aws:secretsmanager/secret:Secret": ["recoveryWindowInDays", 3],
  "aws:secretsmanager/secretRotation:SecretRotation": ["rotationRules.automaticallyAfterDays", 1001],
  "aws:secretsmanager/secretVersion:SecretVersion": ["secretString", ""],
  "aws:sns/topic:Topic": ["name", "trizone.alarms"],
  "aws:sns/topicPolicy:TopicPolicy": ["policy", "{"],
  "aws:sns/topicSubscription:TopicSubscription": ["protocol", "mail"],
  "aws:sqs/queue:Queue": ["delaySeconds", 901],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ["toPort", 65536],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ["description", "from “the internet”"],
  "aws:wafv2/webAcl:WebAcl": ["rules[0].statement.rateBasedStatement.limit", 9],
  "aws:wafv2/webAclAssociation:WebAclAssociation": ["webAclArn", ARN],
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": [
    "logDestinationConfigs",
    ["arn:aws:logs:ap-southeast-2:000000000000:log-group:waf"],
    "logDestinationConfigs[0]",
  ],
  "awsx:ec2:Vpc": ["cidrBlock", "10.0.0.0/8"],
  "awsx:ecr:Image": ["imageTag", ".latest"],
  "eks:index:Cluster": ["name", "-trizone"],
  "eks:index:ManagedNodeGroup": ["scalingConfig.minSize", 100, "scalingConfig.desiredSize"],
};

/** Rules of several properties, or that prod's resources don't show. */
const MORE: [type: string, inputs: PropertyMap, named: string][] = [
  ["aws:lb/loadBalancer:LoadBalancer", { name: "public-" }, "name"],
  ["aws:rds/instance:Instance", { username: "admin", skipFinalSnapshot: true }, "username"],
  ["aws:rds/instance:Instance", { identifier: "a--b", skipFinalSnapshot: true }, "identifier"],
  ["aws:rds/instance:Instance", {}, "finalSnapshotIdentifier"],
  [
    "aws:cloudtrail/trail:Trail",
    { cloudWatchLogsGroupArn: "arn:aws:logs:r:1:log-group:x" },
    "cloudWatchLogsGroupArn",
  ],
  ["aws:cognito/userPoolClient:UserPoolClient", { callbackUrls: ["http://a.example/"] }, "callbackUrls[0]"],
  ["aws:route53/record:Record", { records: ["1.2.3.4"] }, "ttl"],
  ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { ipProtocol: "-1" }, "cidrIpv4"],
  ["aws:sns/topicSubscription:TopicSubscription", { protocol: "email", endpoint: "nobody" }, "endpoint"],
  ["aws:sqs/queue:Queue", { tags: { "aws:owner": "x" } }, "tagKeys[0]"],
  ["aws:sqs/queue:Queue", { tags: { owner: "x".repeat(257) } }, "tags.owner"],
  [
    "aws:elasticache/replicationGroup:ReplicationGroup",
    { snapshotWindow: "18:30-19:30", maintenanceWindow: "sat:18:00-sat:19:00" },
    "snapshotWindow",
  ],
  ["eks:index:Cluster", { endpointPublicAccess: false }, "endpointPrivateAccess"],
];

const check = async (type: string, name: string, inputs: PropertyMap) =>
  createProvider({ refuses: true }).check?.({
    urn: `urn:pulumi:prod::trizone::${type}::${name}`,
    type,
    name,
    inputs,
    remote: false,
  });

/** A copy of the inputs with another value at a path such as `rules[0].name`. */
function changed(inputs: PropertyMap, path: string, value: unknown): PropertyMap {
  const copy = structuredClone(inputs);
  const steps = path.split(/[.[\]]+/).filter(Boolean);
  let at = copy;
  for (const step of steps.slice(0, -1)) {
    at[step] ??= {};
    at = at[step] as PropertyMap;
  }
  at[steps.at(-1) ?? ""] = value;
  return copy;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

describe("what AWS refuses by documented rule", () => {
  let prod: Graph;
  before(async () => {
    prod = await graphOf("prod");
  });

  for (const stack of ["dev", "prod"]) {
    it(`is known of every AWS type in the graph of ${stack}`, async () => {
      const graph = stack === "prod" ? prod : await graphOf(stack);
      const recorded = Object.keys((await readRecording(stack))?.resources ?? {}).map(
        (key) => key.split("::")[0],
      );
      const types = new Set([...recorded, ...graph.resources.map(({ type }) => type)]);
      const onAws = [...types].filter((type) => /^(aws|awsx|eks):/.test(type ?? "")) as string[];
      assert.deepEqual(
        onAws.filter((type) => !(type in RULES) && !(type in WITHOUT_RULES)),
        [],
        "add their documented rules to local/provider/rules, or the reason for none to WITHOUT_RULES",
      );
      assert.deepEqual(
        onAws.filter((type) => !(type in BROKEN) && !(type in WITHOUT_RULES)),
        [],
        "add a broken value of theirs to BROKEN",
      );
    });
  }

  for (const [type, [path, value, named = path]] of Object.entries(BROKEN)) {
    it(`fails the plan for a broken ${type}`, async () => {
      const [resource] = prod.resources.filter((one) => one.type === type);
      const inputs: PropertyMap = dereference(reveal(resource?.inputs ?? {}));
      const rule = new RegExp(`\\n  ${escaped(named)}: .+, expected .+ \\(.+\\)`);
      await assert.rejects(
        check(type, resource?.name ?? "it", changed(inputs, path, value)),
        ({ message }: Error) => {
          assert.match(message, rule);
          if (resource) assert.equal(message.split("\n").length, 2, message);
          assert.ok(message.includes(RULES[type]?.source ?? "no source"), message);
          return true;
        },
      );
    });
  }

  for (const [type, inputs, named] of MORE) {
    it(`refuses ${JSON.stringify(inputs).slice(0, 60)} of ${type.split(":").at(-1)}`, async () => {
      await assert.rejects(check(type, "it", inputs), new RegExp(`\\n  ${escaped(named)}: `));
    });
  }

  it("refuses logical names that leave no place for the digits of an automatic name", async () => {
    const type = "aws:lb/targetGroup:TargetGroup";
    await check(type, "a".repeat(24), {});
    await assert.rejects(
      check(type, "a".repeat(25), {}),
      /name: "a{25}-[0-9a-f]{7}" \(made of .*expected 1 to 32/,
    );
    await check(type, "a".repeat(25), { name: UNKNOWN });
  });

  it("lets values through that a preview doesn't know", async () => {
    await check("aws:kms/key:Key", "it", {
      deletionWindowInDays: UNKNOWN,
      description: `${UNKNOWN} and more`,
    });
    await check("aws:ec2/flowLog:FlowLog", "it", { vpcId: UNKNOWN, iamRoleArn: UNKNOWN });
  });

  it("shows no secret", async () => {
    const refused = check("aws:elasticache/replicationGroup:ReplicationGroup", "it", { authToken: "short" });
    await assert.rejects(
      refused,
      ({ message }: Error) => message.includes("[secret]") && !message.includes("short"),
    );
  });

  it("costs a plan less than 100 ms", async () => {
    const provider = createProvider({ refuses: true });
    const asked = prod.resources.map(({ urn, type, name, inputs, remote }) => {
      return { urn, type, name, remote, inputs: dereference<PropertyMap>(reveal(inputs)) };
    });
    const once = async () => {
      const began = process.cpuUsage();
      for (const request of asked) await provider.check?.(request);
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    };
    // The least of three: on a busy machine one may pay for what the tests before left to collect.
    const ms = [await once(), await once(), await once()];
    assert.ok(Math.min(...ms) < 100, `${ms.join(", ")} ms`);
  });
});
