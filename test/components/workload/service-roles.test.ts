import assert from "node:assert/strict";
import { serviceGrants } from "../../../components/workload/service-grants.ts";
import { SERVICES } from "../../../config/index.ts";
import { type Graph, reveal } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const SECRET_CLASS = "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass";
const ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation";

const DATA = ["trading", "transactions", "portfolio", "market-data", "news"];

describe("services' roles in AWS", () => {
  let dev: Graph;
  before(async () => {
    dev = await graphOf("dev");
  });

  const grants = Object.entries(
    serviceGrants({
      databaseSecretArn: "arn:owner",
      databaseArn: "arn:database",
      loginSecretArns: Object.fromEntries(DATA.map((service) => [service, `arn:login-${service}`])),
      cacheSecretArn: "arn:cache",
      cacheArn: "arn:cache-group",
      modelBucketArn: "arn:models",
      keyArn: "arn:key",
      personalDataKeyArn: "arn:personal",
      shiftableArns: ["arn:balancer"],
    }),
  );
  const who = (action: RegExp) =>
    grants
      .filter(([, statements]) => statements.some(({ actions }) => actions.some((each) => action.test(each))))
      .map(([account]) => account);

  const secrets = (account: string) =>
    grants
      .filter(([each]) => each === account)
      .flatMap(([, statements]) => statements)
      .flatMap(({ actions, resources }) => (/^secretsmanager:/.test(String(actions)) ? resources : []));

  it("let the news alone read the models, the guard alone shift zones, and transactions alone use its key", () => {
    assert.deepEqual(who(/^s3:/), ["news"]);
    assert.deepEqual(who(/^arc-zonal-shift:|^rds:/), ["guard"]);
    assert.deepEqual(who(/^kms:GenerateDataKey/), ["transactions", "rotation"]);
    const keys = grants.flatMap(([account, statements]) =>
      statements.filter(({ resources }) => resources.includes("arn:personal")).map(() => account),
    );
    assert.deepEqual(keys, ["transactions"]);
  });

  it("let each service read its own login, and the migrations alone all of them and the owner's", () => {
    assert.deepEqual(who(/^secretsmanager:/).sort(), [...DATA, "migrations", "rotation", "pooler"].sort());
    for (const service of DATA) {
      const cache = service === "market-data" ? ["arn:cache"] : [];
      assert.deepEqual(secrets(service), [`arn:login-${service}`, ...cache]);
    }
    assert.deepEqual(secrets("migrations"), ["arn:owner", ...DATA.map((service) => `arn:login-${service}`)]);
    assert.ok(!secrets("pooler").includes("arn:owner"));
  });

  it("let the rotation alone change secrets, and not the owner's, which RDS rotates", () => {
    assert.deepEqual(who(/^secretsmanager:(Put|Update)|^elasticache:Modify/), ["rotation"]);
    const written = grants
      .flatMap(([, statements]) => statements)
      .filter(({ actions }) => actions.includes("secretsmanager:PutSecretValue"))
      .flatMap(({ resources }) => resources);
    assert.deepEqual(written, [...DATA.map((service) => `arn:login-${service}`), "arn:cache"]);
  });

  it("name what they may change, and never every action", () => {
    for (const [account, statements] of grants) {
      for (const { actions, resources, conditions } of statements) {
        assert.ok(
          actions.every((action) => !action.includes("*")),
          account,
        );
        if (resources.includes("*") && !conditions)
          assert.ok(
            actions.every((action) => /:List/.test(action)),
            account,
          );
      }
    }
  });

  it("narrow what the guard may shift by a condition, as a cluster is no resource type of ARC's", () => {
    const { policy } = inputsOf(dev, "aws:iam/rolePolicy:RolePolicy", "services-guard-policy");
    const [shift] = JSON.parse(policy).Statement;
    assert.equal(shift.Resource[0], "*");
    const arns: string[] = shift.Condition.StringEquals["arc-zonal-shift:ResourceIdentifier"];
    assert.deepEqual(
      arns.map((arn) => arn.split(":")[2]),
      ["elasticloadbalancing", "elasticloadbalancing", "eks"],
    );
  });

  it("are made for the services that run, in their namespace, each of an account that pods have", () => {
    const made = ofType(dev, ASSOCIATION).filter(({ name }) => name.startsWith("services-"));
    const accounts = made.map(({ inputs }) => String(inputs.serviceAccount)).sort();
    assert.deepEqual(
      accounts,
      grants
        .map(([account]) => account)
        .filter((account) => ["migrations", "rotation"].includes(account) || isRun(account))
        .sort(),
    );
    const declared = ofType(dev, "kubernetes:core/v1:ServiceAccount").map(
      ({ inputs }) => reveal<{ metadata: { name: string; namespace: string } }>(inputs).metadata,
    );
    for (const { inputs } of made)
      assert.ok(
        declared.some(
          ({ name, namespace }) => name === inputs.serviceAccount && namespace === inputs.namespace,
        ),
      );
  });

  it("are there before the pods that take them", () => {
    const [trading] = ofType(dev, "kubernetes:apps/v1:Deployment").filter(({ name }) =>
      name.startsWith("trading"),
    );
    const [role] = ofType(dev, ASSOCIATION).filter(({ name }) => name === "services-trading-association");
    assert.ok(role && trading?.dependencies.includes(role.urn));
  });

  it("read the secret that is mounted, with the key that it is encrypted with", () => {
    const { policy } = inputsOf(dev, "aws:iam/rolePolicy:RolePolicy", "services-trading-policy");
    const [read, decrypt] = JSON.parse(policy).Statement;
    const { spec } = inputsOf(dev, SECRET_CLASS, "logins-trading-files-class");
    assert.deepEqual(read.Resource, [JSON.parse(spec.parameters.objects)[0].objectName]);
    assert.match(decrypt.Resource[0], /^arn:aws:kms:/);
  });
});

function isRun(service: string): boolean {
  return SERVICES.some((each) => each === service);
}
