import assert from "node:assert/strict";
import { type PolicyPack, startPolicyPack } from "../../../engine/index.ts";
import { PROJECT } from "../../program/graphs.ts";
import { holds, inProduction, judgeBy, type Mutation, named, resource } from "../pack.ts";

/** By policy and type: what is right, and what isn't. */
const KINDS: [policy: string, type: string, happy: Record<string, unknown>, ...Mutation[]][] = [
  [
    "production-multi-az",
    "aws:mq/broker:Broker",
    { deploymentMode: "ACTIVE_STANDBY_MULTI_AZ" },
    ["deploymentMode", "SINGLE_INSTANCE", /deploymentMode is "SINGLE/],
    ["deploymentMode", undefined, /deploymentMode is unset/],
  ],
  [
    "production-multi-az",
    "aws:redshift/cluster:Cluster",
    { multiAz: true },
    ["multiAz", undefined, /multiAz is unset/],
  ],
  ["production-multi-az", "aws:redshift/cluster:Cluster", { availabilityZoneRelocationEnabled: true }],
  [
    "production-multi-az",
    "aws:opensearch/domain:Domain",
    { clusterConfig: { zoneAwarenessEnabled: true, instanceCount: 3 } },
    ["clusterConfig", undefined, /multiAzWithStandbyEnabled is unset/],
    ["clusterConfig.instanceCount", 1, /is unset/],
  ],
  [
    "production-multi-az",
    "aws:opensearch/domain:Domain",
    { clusterConfig: { multiAzWithStandbyEnabled: true } },
  ],
  [
    "production-multi-az",
    "aws:memorydb/cluster:Cluster",
    { numShards: 1 },
    ["numReplicasPerShard", 0, /numReplicasPerShard is 0/],
  ],
  [
    "production-multi-az",
    "aws:elasticache/cluster:Cluster",
    { replicationGroupId: "g" },
    ["replicationGroupId", undefined, /one node/],
  ],
  [
    "production-multi-az",
    "aws:elasticache/cluster:Cluster",
    { engine: "memcached", azMode: "cross-az", numCacheNodes: 3 },
    ["azMode", undefined, /azMode is unset/],
    ["numCacheNodes", 1, /numCacheNodes is 1/],
  ],
  [
    "production-multi-az",
    "aws:docdb/cluster:Cluster",
    {},
    ["availabilityZones", ["ap-southeast-2a"], /availabilityZones has 1/],
  ],
  [
    "production-multi-az",
    "aws:neptune/cluster:Cluster",
    {},
    ["availabilityZones", ["ap-southeast-2a"], /availabilityZones has 1/],
  ],
  [
    "production-multi-az",
    "aws:efs/fileSystem:FileSystem",
    {},
    ["availabilityZoneName", "ap-southeast-2a", /one zone/],
  ],
  [
    "production-multi-az",
    "aws:fsx/windowsFileSystem:WindowsFileSystem",
    { deploymentType: "MULTI_AZ_1" },
    ["deploymentType", undefined, /deploymentType is unset/],
  ],
  [
    "production-backups",
    "aws:dynamodb/table:Table",
    { pointInTimeRecovery: { enabled: true } },
    ["pointInTimeRecovery", undefined, /pointInTimeRecovery\.enabled is unset/],
    ["pointInTimeRecovery.enabled", false, /is false/],
  ],
  [
    "production-backups",
    "aws:docdb/cluster:Cluster",
    { backupRetentionPeriod: 7 },
    ["backupRetentionPeriod", undefined, /backupRetentionPeriod is unset/],
    ["skipFinalSnapshot", true, /skipFinalSnapshot is true/],
  ],
  [
    "production-backups",
    "aws:neptune/cluster:Cluster",
    { backupRetentionPeriod: 7 },
    ["backupRetentionPeriod", 1, /is 1, not 7/],
  ],
  [
    "production-backups",
    "aws:redshift/cluster:Cluster",
    { automatedSnapshotRetentionPeriod: 14 },
    ["automatedSnapshotRetentionPeriod", undefined, /is unset, not 7/],
    ["skipFinalSnapshot", true, /skipFinalSnapshot/],
  ],
  [
    "production-backups",
    "aws:memorydb/cluster:Cluster",
    { snapshotRetentionLimit: 7 },
    ["snapshotRetentionLimit", undefined, /snapshotRetentionLimit is unset/],
  ],
  [
    "production-backups",
    "aws:keyspaces/table:Table",
    { pointInTimeRecovery: { status: "ENABLED" } },
    ["pointInTimeRecovery", undefined, /status is unset/],
  ],
  [
    "production-backups",
    "aws:efs/backupPolicy:BackupPolicy",
    { backupPolicy: { status: "ENABLED" } },
    ["backupPolicy.status", "DISABLED", /is "DISABLED"/],
  ],
  [
    "production-backups",
    "aws:backup/plan:Plan",
    { rules: [{ lifecycle: { deleteAfter: 35 } }] },
    ["rules.0.lifecycle.deleteAfter", 1, /rules\[0\]\.lifecycle\.deleteAfter is 1/],
  ],
  [
    "production-deletion-protection",
    "aws:docdb/cluster:Cluster",
    { deletionProtection: true },
    ["deletionProtection", false, /is false/],
  ],
  [
    "production-deletion-protection",
    "aws:neptune/cluster:Cluster",
    { deletionProtection: true },
    ["deletionProtection", undefined, /is unset/],
  ],
  [
    "production-deletion-protection",
    "aws:dsql/cluster:Cluster",
    { deletionProtectionEnabled: true },
    ["deletionProtectionEnabled", undefined, /is unset/],
  ],
  [
    "production-deletion-protection",
    "aws:dynamodb/table:Table",
    { deletionProtectionEnabled: true },
    ["deletionProtectionEnabled", undefined, /is unset/],
  ],
  [
    "production-deletion-protection",
    "aws:backup/vault:Vault",
    {},
    ["forceDestroy", true, /forceDestroy is true/],
  ],
];

describe("policies on production's databases", () => {
  for (const [policy, type, happy, ...mutations] of KINDS) holds(policy, type, happy, mutations);

  const cluster = inProduction(named("db", "aws:rds/cluster:Cluster", { clusterIdentifier: "db" }));
  const instance = (name: string, availabilityZone?: string) =>
    named(name, "aws:rds/clusterInstance:ClusterInstance", { clusterIdentifier: "db", availabilityZone });

  it("ask a cluster for a second instance, in another zone", async () => {
    const judge = judgeBy("production-multi-az");
    const again = () => ({ ...cluster });
    assert.deepEqual(await judge(again(), instance("one"), instance("two")), []);
    assert.deepEqual(await judge(again(), instance("one", "a"), instance("two", "b")), []);
    assert.match((await judge(again(), instance("one"))).join(), /db .*has a single instance/);
    assert.match((await judge(again(), instance("one", "a"), instance("two", "a"))).join(), /all in a/);
  });

  it("ask file systems for backups, by EFS or AWS Backup", async () => {
    const judge = judgeBy("production-backups");
    const files = () =>
      inProduction(
        named("files", "aws:efs/fileSystem:FileSystem", { arn: "arn:aws:efs:1", tags: { backup: "daily" } }),
      );
    const enabled = { backupPolicy: { status: "ENABLED" }, fileSystemId: "id" };
    const [one, ...rest] = [
      named("policy", "aws:efs/backupPolicy:BackupPolicy", enabled, { fileSystemId: [files()] }),
      named("selection", "aws:backup/selection:Selection", { resources: ["*"] }),
      named("tagged", "aws:backup/selection:Selection", {
        selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "daily" }],
      }),
    ];
    for (const kept of [one, ...rest]) assert.deepEqual(await judge(files(), kept), []);
    assert.match((await judge(files())).join(), /files .*no BackupPolicy/);
    assert.match(
      (
        await judge(
          files(),
          named("other", "aws:backup/selection:Selection", { resources: ["arn:aws:rds:1"] }),
        )
      ).join(),
      /files/,
    );
  });

  it("know production by the stack's config, their own, or its name", async function () {
    this.timeout(120_000);
    const table = (stack: string) =>
      resource(
        "aws:dynamodb/table:Table",
        {},
        { urn: `urn:pulumi:${stack}::bank::aws:dynamodb/table:Table::subject` },
      );
    const start = (config: Record<string, string>, policyConfig = {}) =>
      startPolicyPack(`${PROJECT}/policies`, { project: "bank", stack: "x", config, policyConfig });
    const judged = async (pack: PolicyPack, stack: string) => {
      const graph = { project: "bank", stack, resources: [table(stack)], outputs: {} };
      const policies = (await pack.judge(graph)).map(({ policy }) => policy);
      return policies.filter((policy) => policy.startsWith("production-"));
    };
    const both = ["production-backups", "production-deletion-protection"];
    const off = { "production-backups": { properties: { production: false } } };
    const cases: [config: Record<string, string>, own: object, expected: Record<string, string[]>][] = [
      [{ "trizone:protect": "true" }, {}, { sydney: both }],
      [{ "trizone:protect": "false" }, {}, { sydney: [], prod: both }],
      [{ "bank:protect": "true" }, off, { sydney: ["production-deletion-protection"] }],
    ];
    for (const [config, own, expected] of cases) {
      const pack = await start(config, own);
      for (const [stack, policies] of Object.entries(expected)) {
        assert.deepEqual(await judged(pack, stack), policies);
      }
      await pack.close();
    }
  });

  for (const [stack, isProduction] of Object.entries({
    live: true,
    production: true,
    "apps-prod": true,
    "prod-au": true,
    "non-prod": false,
    nonprod: false,
    product: false,
    preprod: false,
    dev: false,
  })) {
    it(`${isProduction ? "is" : "isn't"} production: a stack called ${stack}`, async () => {
      const urn = `urn:pulumi:${stack}::bank::aws:dynamodb/table:Table::subject`;
      const found = await judgeBy("production-backups")(resource("aws:dynamodb/table:Table", {}, { urn }));
      assert.equal(found.length, isProduction ? 1 : 0);
    });
  }
});
