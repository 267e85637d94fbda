import assert from "node:assert/strict";
import { holds, judgeBy, resource } from "../pack.ts";

describe("policies on production", () => {
  const instance = {
    multiAz: true,
    backupRetentionPeriod: 35,
    deletionProtection: true,
    skipFinalSnapshot: false,
  };
  const INSTANCE = "aws:rds/instance:Instance";
  holds("production-multi-az", INSTANCE, instance, [
    ["multiAz", false, /multiAz is false/],
    ["multiAz", undefined, /multiAz is unset/],
  ]);
  holds("production-backups", INSTANCE, instance, [
    ["backupRetentionPeriod", 0, /backupRetentionPeriod is 0, not 7 or more/],
    ["skipFinalSnapshot", true, /skipFinalSnapshot is true/],
  ]);
  holds("production-deletion-protection", INSTANCE, instance, [
    ["deletionProtection", undefined, /deletionProtection is unset/],
  ]);
  holds(
    "production-multi-az",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    { multiAzEnabled: true, automaticFailoverEnabled: true },
    [["multiAzEnabled", false, /multiAzEnabled is false/]],
  );
  holds(
    "production-deletion-protection",
    "aws:lb/loadBalancer:LoadBalancer",
    { enableDeletionProtection: true },
    [["enableDeletionProtection", false, /enableDeletionProtection is false/]],
  );
  holds("production-deletion-protection", "eks:index:Cluster", { deletionProtection: true }, [
    ["deletionProtection", undefined, /deletionProtection is unset/],
  ]);

  it("leaves other stacks free, and knows production's layers", async () => {
    const single = resource(INSTANCE, { multiAz: false });
    const inStack = (stack: string) => ({ ...single, urn: single.urn.replace(":test::", `:${stack}::`) });
    const judge = judgeBy("production-multi-az");
    assert.deepEqual(await judge(inStack("dev")), []);
    assert.deepEqual(await judge(inStack("product")), []);
    assert.equal((await judge(inStack("prod-foundation"))).length, 1);
  });

  it("asks a replica for no standby of its own", async () => {
    const replica = resource(INSTANCE, { replicateSourceDb: "main" });
    const prod = { ...replica, urn: replica.urn.replace(":test::", ":prod::") };
    assert.deepEqual(await judgeBy("production-multi-az")(prod), []);
  });
});
