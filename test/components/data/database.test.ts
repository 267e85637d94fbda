import assert from "node:assert/strict";
import type { Graph } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

describe("database on the evaluated graph", () => {
  let dev: Graph;
  let prod: Graph;
  before(async () => {
    [dev, prod] = await Promise.all([graphOf("dev"), graphOf("prod")]);
  });
  const instance = (graph: Graph) => inputsOf(graph, "aws:rds/instance:Instance");
  const keyOf = (graph: Graph, purpose: string) =>
    ofType(graph, "aws:kms/key:Key").find(({ name }) => name === `keys-${purpose}-key`)?.outputs.arn;

  it("is Multi-AZ, private, encrypted with the platform's key, its password with Secrets Manager", () => {
    for (const graph of [dev, prod]) {
      const { multiAz, storageEncrypted, publiclyAccessible, kmsKeyId, engineVersion, ...rest } =
        instance(graph);
      assert.deepEqual(
        [multiAz, storageEncrypted, publiclyAccessible, engineVersion],
        [true, true, false, "16"],
      );
      assert.deepEqual([rest.manageMasterUserPassword, rest.password], [true, undefined]);
      const key = keyOf(graph, "data");
      assert.deepEqual(
        [kmsKeyId, rest.masterUserSecretKmsKeyId, rest.performanceInsightsKmsKeyId],
        [key, key, key],
      );
    }
  });

  it("is on prod what a broker's database has to be", () => {
    const { instanceClass, storageType, allocatedStorage, maxAllocatedStorage, ...rest } = instance(prod);
    assert.deepEqual(
      [instanceClass, storageType, allocatedStorage, maxAllocatedStorage],
      ["db.r6g.xlarge", "gp3", 100, 1000],
    );
    assert.deepEqual(
      [rest.backupRetentionPeriod, rest.backupWindow, rest.maintenanceWindow],
      [35, "15:00-16:00", "sat:16:30-sat:17:30"],
    );
    assert.deepEqual(
      [rest.deletionProtection, rest.skipFinalSnapshot, rest.deleteAutomatedBackups],
      [true, false, false],
    );
    assert.deepEqual([rest.performanceInsightsEnabled, rest.monitoringInterval], [true, 60]);
    assert.deepEqual([instance(dev).deletionProtection, instance(dev).skipFinalSnapshot], [false, true]);
  });

  it("names its last snapshot anew whenever the stack is made, so that it can be destroyed a second time", () => {
    for (const [stack, graph] of Object.entries({ dev, prod })) {
      const group = ofType(graph, "aws:rds/subnetGroup:SubnetGroup")[0]?.outputs.name;
      const drawn = String(group).split("-").at(-1) ?? "";
      assert.match(drawn, /^[0-9a-f]{7}$/);
      assert.equal(instance(graph).finalSnapshotIdentifier, `trizone-${stack}-database-final-${drawn}`);
    }
  });

  it("takes TLS only, and as many connections as its memory is for", () => {
    const parameter = (graph: Graph, name: string) =>
      inputsOf(graph, "aws:rds/parameterGroup:ParameterGroup").parameters.find(
        (each: { name: string }) => each.name === name,
      ).value;
    assert.equal(inputsOf(dev, "aws:rds/parameterGroup:ParameterGroup").family, "postgres16");
    for (const graph of [dev, prod]) assert.equal(parameter(graph, "rds.force_ssl"), "1");
    assert.deepEqual(
      [parameter(dev, "max_connections"), parameter(prod, "max_connections")],
      ["450", "3604"],
    );
  });

  it("exports its logs to encrypted groups that are there before it", () => {
    const groups = ofType(prod, "aws:cloudwatch/logGroup:LogGroup").filter(({ id }) =>
      id?.startsWith("/aws/rds/"),
    );
    const { identifier, enabledCloudwatchLogsExports } = instance(prod);
    assert.deepEqual(
      groups.map(({ id }) => id).sort(),
      enabledCloudwatchLogsExports.map((log: string) => `/aws/rds/instance/${identifier}/${log}`),
    );
    const [resource] = ofType(prod, "aws:rds/instance:Instance");
    for (const { urn, inputs } of groups) {
      assert.equal(inputs.kmsKeyId, keyOf(prod, "logs"));
      assert.ok(resource?.dependencies.includes(urn));
    }
  });

  it("tells the alarm topic of its processor, storage, connections, standby, and failovers", () => {
    const topic = ofType(prod, "aws:sns/topic:Topic")[0]?.id;
    const alarms = ofType(prod, "aws:cloudwatch/metricAlarm:MetricAlarm").filter(
      ({ inputs }) => inputs.namespace === "AWS/RDS",
    );
    assert.deepEqual(alarms.map(({ inputs }) => [inputs.metricName, inputs.threshold]).sort(), [
      ["CPUUtilization", 80],
      ["DatabaseConnections", 2883],
      ["FreeStorageSpace", 10 * 2 ** 30],
      ["WriteLatency", 0.05],
    ]);
    for (const { inputs } of alarms) {
      assert.deepEqual([inputs.alarmActions, inputs.treatMissingData], [[topic], "breaching"]);
      assert.deepEqual(inputs.dimensions, { DBInstanceIdentifier: "trizone-prod-database" });
    }
    const events = inputsOf(prod, "aws:rds/eventSubscription:EventSubscription");
    assert.deepEqual([events.snsTopic, events.sourceIds], [topic, ["trizone-prod-database"]]);
    assert.ok(events.eventCategories.includes("failover"));
  });

  it("lets the migrations read its secret, the services only their own, and use that secret's key", () => {
    const statementsOf = (service: string): { Action: string[]; Resource: string[] }[] =>
      JSON.parse(inputsOf(prod, "aws:iam/rolePolicy:RolePolicy", `services-${service}-policy`).policy)
        .Statement;
    const statements = statementsOf("migrations");
    const decrypt = statements.find(({ Action }) => Action.includes("kms:Decrypt"));
    assert.deepEqual(decrypt?.Resource, [keyOf(prod, "data")]);
    const [secret] = ofType(prod, "aws:rds/instance:Instance").map(
      ({ outputs }) => outputs.masterUserSecrets as { secretArn: string }[],
    );
    const read = statements.find(({ Action }) => Action.includes("secretsmanager:GetSecretValue"))?.Resource;
    assert.equal(read?.[0], secret?.[0]?.secretArn);
    assert.equal(read?.length, 6);
    for (const service of ["trading", "transactions", "portfolio", "market-data", "news"]) {
      const own = statementsOf(service).flatMap(({ Resource }) => Resource);
      assert.ok(!own.includes(secret?.[0]?.secretArn ?? ""), service);
    }
  });
});
