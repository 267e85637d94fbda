import assert from "node:assert/strict";
import type { Graph } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const CRON_JOB = "kubernetes:batch/v1:CronJob";

describe("rotation of secrets", () => {
  let prod: Graph;
  before(async () => {
    prod = await graphOf("prod");
  });

  it("takes every secret of the stack every week, and mounted files follow", () => {
    const { spec } = inputsOf(prod, CRON_JOB, "rotation-cron-job");
    assert.deepEqual(
      [spec.schedule, spec.timeZone, spec.concurrencyPolicy],
      ["0 5 * * 0", "Australia/Sydney", "Forbid"],
    );
    const [container] = spec.jobTemplate.spec.template.spec.containers;
    assert.deepEqual(container.command, ["node", "/app/main.js", "rotate"]);
    const { value } = container.env.find(({ name }: { name: string }) => name === "ROTATION");
    const { region, logins, cache } = JSON.parse(value);
    assert.equal(region, "ap-southeast-2");
    const rotated = [...logins, cache].map(({ secret }) => secret).sort();
    const secrets = ofType(prod, "aws:secretsmanager/secret:Secret").map(({ outputs }) => outputs.arn);
    assert.deepEqual(rotated, secrets.sort());
    assert.deepEqual(
      logins.map(({ role }: { role: string }) => role),
      ["trading", "transactions", "portfolio", "market_data", "news"],
    );
    assert.equal(cache.group, ofType(prod, "aws:elasticache/replicationGroup:ReplicationGroup")[0]?.id);
    const driver = inputsOf(
      prod,
      "aws:eks/addon:Addon",
      "controllers-add-ons-aws-secrets-store-csi-driver-provider",
    );
    assert.deepEqual(JSON.parse(driver.configurationValues), {
      "secrets-store-csi-driver": { enableSecretRotation: true },
    });
  });

  it("reaches the database, Secrets Manager and ElastiCache, and nobody reaches it", () => {
    const { spec } = inputsOf(
      prod,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "network-policies-rotation",
    );
    const ports = spec.egress.flatMap(({ ports }: { ports: { port: number }[] }) =>
      ports.map(({ port }) => port),
    );
    for (const port of [443, 5432]) assert.ok(ports.includes(port), String(port));
    assert.deepEqual(spec.ingress ?? [], []);
  });
});
