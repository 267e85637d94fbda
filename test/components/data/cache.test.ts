import assert from "node:assert/strict";
import { Cache } from "../../../components/data/index.ts";
import { type Graph, hasSecret } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

describe("cache on the evaluated graph", () => {
  let graph: Graph;
  before(async () => {
    graph = await graphOf("prod");
  });
  const group = () => inputsOf(graph, "aws:elasticache/replicationGroup:ReplicationGroup");

  it("has a node in each zone's isolated subnet, and fails over by itself", () => {
    const { preferredCacheClusterAzs, numCacheClusters, multiAzEnabled, automaticFailoverEnabled } = group();
    assert.deepEqual(preferredCacheClusterAzs, ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"]);
    assert.deepEqual([numCacheClusters, multiAzEnabled, automaticFailoverEnabled], [3, true, true]);
    const [vpc] = ofType(graph, "awsx:ec2:Vpc");
    const { subnetIds } = inputsOf(graph, "aws:elasticache/subnetGroup:SubnetGroup");
    assert.deepEqual(subnetIds, vpc?.outputs.isolatedSubnetIds);
  });

  it("is encrypted on disk and on the wire", () => {
    const { atRestEncryptionEnabled, transitEncryptionEnabled, transitEncryptionMode, kmsKeyId } = group();
    assert.deepEqual(
      [atRestEncryptionEnabled, transitEncryptionEnabled, transitEncryptionMode],
      [true, true, "required"],
    );
    const key = ofType(graph, "aws:kms/key:Key").find(({ name }) => name === "keys-data-key");
    assert.equal(kmsKeyId, key?.outputs.arn);
  });

  it("is entered with the token that Secrets Manager keeps, made once, and secret everywhere", () => {
    const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
    const [version] = ofType(graph, VERSION).filter(({ name }) => name === "cache-token-version");
    const { username, password } = JSON.parse(inputsOf(graph, VERSION, "cache-token-version").secretString);
    assert.equal(username, "default");
    assert.match(password, /^[0-9A-Za-z]{64}$/);
    assert.equal(group().authToken, password);
    assert.deepEqual(version?.options.ignoreChanges, ["secretString"]);
    for (const type of [
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "aws:secretsmanager/secretVersion:SecretVersion",
    ])
      assert.ok(
        ofType(graph, type).every(({ inputs }) => hasSecret(inputs)),
        type,
      );
  });

  it("has its nodes watched", () => {
    const alarms = ofType(graph, "aws:cloudwatch/metricAlarm:MetricAlarm").filter(
      ({ inputs }) => inputs.namespace === "AWS/ElastiCache",
    );
    const watched = alarms.map(
      ({ inputs }) => (inputs.dimensions as { CacheClusterId: string }).CacheClusterId,
    );
    assert.deepEqual(
      [...new Set(watched)],
      ["001", "002", "003"].map((node) => `trizone-prod-cache-${node}`),
    );
    assert.equal(alarms.length, 9);
  });

  it("refuses what can't fail over, all at once", () => {
    // biome-ignore lint/suspicious/noExplicitAny: what is passed here is wrong on purpose
    const make = () => new Cache("a".repeat(40), { zones: ["a", "a"], nodes: 1 } as any);
    assert.throws(make, (error: Error & { errors?: { propertyPath: string }[] }) => {
      assert.deepEqual(
        error.errors?.map(({ propertyPath }) => propertyPath),
        ["name", "nodes", "zones"],
      );
      return true;
    });
  });
});
