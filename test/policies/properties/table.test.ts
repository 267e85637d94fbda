import assert from "node:assert/strict";
import type { PolicyResource, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { coverageOf, kindOfProperty } from "../../../policies/properties/coverage.ts";
import { propertiesOfSdk } from "../../../policies/properties/sdk.ts";
import { recordedTable, table } from "../../../policies/properties/table.ts";
import { sharedOut } from "../../../policies/shared/index.ts";
import { awsRegion } from "../../../policies/sovereignty/aws-region.ts";

/** What a text of each kind says that must be refused. */
const WRONG: Record<string, string> = {
  region: "eu-west-1",
  arn: "arn:aws:sns:us-east-1:000000000000:topic",
  key: "arn:aws:kms:us-east-1:000000000000:key/1",
  account: "999999999999",
};

/** The token of a type whose path is known: `aws:s3/inventory:Inventory`. */
const token = (type: string) => {
  const name = type.split("/").at(-1) ?? "";
  return `aws:${type}:${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
};

/** An object that has `value` at `path`. */
const at = (path: string, value: unknown): Record<string, unknown> =>
  path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;

function messages(type: string, props: Record<string, unknown>): string[] {
  const provider = { props: { region: "ap-southeast-2" }, name: "aws" };
  const found: string[] = [];
  const args = {
    type,
    props,
    provider,
    name: "probe",
    getConfig: () => ({}),
  } as unknown as ResourceValidationArgs;
  const { validateResource } = awsRegion as ResourceValidationPolicy;
  for (const validate of [validateResource ?? []].flat()) {
    void validate.call(awsRegion as ResourceValidationPolicy, args, (message) => void found.push(message));
  }
  return found;
}

describe("the table of the SDK's properties", () => {
  const properties = propertiesOfSdk();
  const sensitive = properties.flatMap((property) => {
    const kind = kindOfProperty(property);
    return kind ? [{ ...property, is: kind, answer: coverageOf(kind, property) }] : [];
  });

  it("is the one of the SDK that is installed", () => {
    const [now, recorded] = [table(), recordedTable()].map((text) => text.split("\n"));
    const [had, has] = [new Set(recorded), new Set(now)];
    assert.deepEqual(
      { new: now?.filter((line) => !had.has(line)), gone: recorded?.filter((line) => !has.has(line)) },
      { new: [], gone: [] },
      "decide in policies/properties/coverage.ts who covers what is new, then npm run properties:update",
    );
  });

  it("finds the properties of every type, among them those that everybody knows", () => {
    assert.ok(new Set(properties.map(({ type }) => type)).size > 1700, "types");
    const known = sensitive.map(({ is, type, path }) => `${is} ${type} ${path}`);
    for (const one of [
      "region s3/bucketReplicationConfig region",
      "account s3/inventory destination.bucket.accountId",
      "account rds/snapshot sharedAccounts",
      "policy iam/role assumeRolePolicy",
      "cidr ec2/securityGroup ingress.cidrBlocks",
      "key rds/instance kmsKeyId",
      "exposure rds/instance publiclyAccessible",
    ])
      assert.ok(known.includes(one), one);
  });

  it("has every property that names a place judged by what it names", () => {
    const missed = sensitive.filter(
      ({ type, path, kind, is, answer }) =>
        ["region", "arn", "key"].includes(is) &&
        answer &&
        "policy" in answer &&
        /string|any/.test(kind) &&
        messages(token(type), at(path, WRONG[is])).length === 0,
    );
    assert.deepEqual(
      missed.map(({ type, path }) => `${type} ${path}`),
      [],
    );
  });

  it("has every property that names whom something is shared with judged", () => {
    const missed = sensitive.filter(
      ({ type, path, is, answer }) =>
        is === "account" &&
        answer &&
        "policy" in answer &&
        sharedOut({ type: token(type), props: at(path, WRONG.account) } as PolicyResource, new Set())
          .length === 0,
    );
    assert.deepEqual(
      missed.map(({ type, path }) => `${type} ${path}`),
      [],
    );
  });
});
