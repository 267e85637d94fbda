import assert from "node:assert/strict";
import fc from "fast-check";
import { readConfig } from "../../config/index.ts";

const access = { "trizone:clusterAccess": '{"runner":true}' };
const region = { "aws:region": "ap-southeast-2", ...access };
const read = (config: Record<string, string>) => readConfig(config, "trizone", "dev");

function problems(config: Record<string, string>): string {
  try {
    read(config);
  } catch (error) {
    return (error as Error).message;
  }
  throw new assert.AssertionError({ message: "the configuration was accepted" });
}

describe("config", () => {
  it("has a default for everything but the region and who reaches the cluster", () => {
    const config = read(region);
    assert.equal(config.replicas, 3);
    assert.deepEqual(config.zones, ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"]);
    assert.equal(config.database.version, "16");
    assert.match(problems({}), /aws:region: expected an AWS region/);
  });

  it("leaves the region to the policies and follows it with the zones", () => {
    assert.deepEqual(read({ ...access, "aws:region": "us-east-1" }).zones, [
      "us-east-1a",
      "us-east-1b",
      "us-east-1c",
    ]);
  });

  it("lists every problem with its property path, and what to do", () => {
    const message = problems({
      ...region,
      "trizone:replicas": "two",
      "trizone:database": '{"storage":"many","multiAz":"perhaps","version":15}',
      "trizone:zones": '["a","a","a"]',
      "trizone:nodes": "{not json",
      "trizone:certificateArn": "arn:aws:acm:ap-southeast-2:000000000000:certificate/x",
    });
    for (const path of [
      "replicas",
      "database.storage",
      "database.multiAz",
      "database.version",
      "zones",
      "nodes",
      "domain",
    ]) {
      assert.match(message, new RegExp(`^  trizone:${path.replace(".", "\\.")}: `, "m"));
    }
    assert.match(message, /has 7 problems/);
    assert.match(message, /Correct Pulumi\.dev\.yaml/);
  });

  it("refuses keys that it doesn't know, at any depth, and leaves other namespaces alone", () => {
    const message = problems({ ...region, "trizone:replica": "3", "trizone:images": '{"digest":{}}' });
    assert.match(message, /trizone:replica: not a key .* replicas/);
    assert.match(message, /trizone:images\.digest: not a key/);
    assert.doesNotThrow(() => read({ ...region, "aws:profile": "dev", "kubernetes:context": "kind" }));
  });

  it("lists what keys do to each other beside what is wrong with one", () => {
    const subnets = {
      public: ["10.1.1.0/24", "10.0.2.0/24", "10.0.3.0/24"],
      private: ["10.0.11.0/24", "10.0.12.0/24", "10.0.12.128/25"],
    };
    const message = problems({
      ...region,
      "trizone:zones": '["ap-southeast-2a","ap-southeast-2b"]',
      "trizone:subnets": JSON.stringify(subnets),
      "trizone:subnet": "10.0.1.0/24",
    });
    assert.match(message, /^ {2}trizone:zones: expected three zone names$/m);
    assert.match(
      message,
      /^ {2}trizone:subnets\.public\.0: 10\.1\.1\.0\/24 is not inside the VPC's 10\.0\.0\.0\/16$/m,
    );
    assert.match(message, /^ {2}trizone:subnets\.private\.2: .* overlaps 10\.0\.12\.0\/24 of private\.1$/m);
    assert.match(message, /^ {2}trizone:subnet: not a key/m);
    assert.match(message, /has 4 problems/);
  });

  it("counts the connections that all pods may take, and names the numbers", () => {
    const wasteful = { ...region, "trizone:replicas": "12", "trizone:database": '{"poolSize":20}' };
    assert.match(
      problems({ ...wasteful, "trizone:cidr": "10.0.0.0" }),
      /^ {2}trizone:database\.poolSize: 48 pods of trading × 20 \+ .* \+ 48 pods of news × 2 are 3072 connections, .* max_connections 450, 360: /m,
    );
    assert.doesNotThrow(() =>
      read({ ...wasteful, "trizone:database": '{"poolSize":20,"maxConnections":3841}' }),
    );
    assert.doesNotThrow(() =>
      read({ ...wasteful, "trizone:maxReplicas": "12", "trizone:database": '{"poolSize":8}' }),
    );
    assert.match(
      problems({ ...wasteful, "trizone:maxReplicas": "6" }),
      /trizone:maxReplicas: expected no less than replicas, 12/,
    );
    assert.match(
      problems({ ...region, "trizone:database": '{"instanceClass":"db.z1d.large"}' }),
      /trizone:database\.maxConnections: missing: the memory of db\.z1d\.large/,
    );
  });

  it("says before anything is made that nobody could reach the cluster's API", () => {
    const alone = { "aws:region": "ap-southeast-2" };
    assert.match(
      problems(alone),
      /^ {2}trizone:clusterAccess: nobody could reach the cluster's API: set clusterAccess\.cidrs .*runnerSecurityGroupId$/m,
    );
    assert.match(problems({ ...alone, "trizone:clusterAccess": '{"admins":[]}' }), /nobody could reach/);
    for (const given of ['{"cidrs":["203.0.113.7/32"]}', '{"runner":true}'])
      assert.doesNotThrow(() => read({ ...alone, "trizone:clusterAccess": given }));
    // The foundation's stack makes the cluster; a Kubernetes cluster is there already.
    const applications = { "trizone:layer": "applications", "trizone:foundation": "broker/trizone/base" };
    assert.doesNotThrow(() => read({ ...alone, ...applications }));
    assert.doesNotMatch(problems({ ...alone, "trizone:target": "kubernetes" }), /clusterAccess/);
  });

  it("has a production stack name who gets its alarms", () => {
    for (const stack of ["prod", "prod-foundation"]) {
      assert.throws(
        () => readConfig(region, "trizone", stack),
        /trizone:alarmEmails: missing: without a recipient nobody learns/,
      );
      assert.throws(
        () => readConfig({ ...region, "trizone:alarmEmails": "[]" }, "trizone", stack),
        /trizone:alarmEmails: missing: without a recipient/,
      );
      const named = { ...region, "trizone:alarmEmails": '["oncall@broker.com.au"]' };
      assert.doesNotThrow(() => readConfig(named, "trizone", stack));
    }
    assert.doesNotThrow(() => readConfig(region, "trizone", "production-like"));
  });

  it("takes a domain with its zone, with its certificate, or with both, and neither without a domain", () => {
    const domain = { ...region, "trizone:domain": "trade.broker.com.au" };
    const zone = { "trizone:hostedZoneId": "Z0123456789ABCDEFGHIJ" };
    const certificate = { "trizone:certificateArn": "arn:aws:acm:ap-southeast-2:000000000000:certificate/x" };
    for (const more of [zone, certificate, { ...zone, ...certificate }])
      assert.doesNotThrow(() => read({ ...domain, ...more }));
    assert.match(problems(domain), /trizone:certificateArn: missing: .* or hostedZoneId to have one made/);
    for (const alone of [zone, certificate])
      assert.match(problems({ ...region, ...alone }), /trizone:domain: missing/);
  });

  it("takes private ranges only", () => {
    for (const cidr of ["8.8.0.0/16", "10.0.0.0/8", "10.0.1.0/16", "10.0.0.0/29", "10.0.0.0"])
      assert.match(problems({ ...region, "trizone:cidr": cidr }), /trizone:cidr: expected a private range/);
  });

  it("demands for a Kubernetes cluster what AWS would have given", () => {
    const message = problems({ ...region, "trizone:target": "kubernetes" });
    for (const key of ["issuer", "publicUrl", "databasePassword"]) {
      assert.match(message, new RegExp(`trizone:${key}: missing`));
    }
  });

  it("never repeats a password", () => {
    assert.doesNotMatch(problems({ ...region, "trizone:databasePassword": "hunter2" }), /hunter2/);
  });

  it("has the applications name the foundation that they stand on, and nobody else", () => {
    const foundation = { "trizone:foundation": "broker/trizone/prod-foundation" };
    const layer = (name: string) => ({ ...region, "trizone:layer": name });
    assert.equal(read(region).layer, "whole");
    assert.equal(read(layer("foundation")).layer, "foundation");
    assert.equal(
      read({ ...layer("applications"), ...foundation }).foundation,
      foundation["trizone:foundation"],
    );
    const alone = problems(layer("applications"));
    assert.match(alone, /trizone:foundation: missing: the stack that layer applications stands on/);
    for (const other of [region, layer("whole"), layer("foundation")]) {
      assert.match(
        problems({ ...other, ...foundation }),
        /trizone:foundation: is for layer applications only/,
      );
    }
    assert.match(problems(layer("base")), /trizone:layer: expected whole, foundation or applications/);
    const unnamed = problems({ ...layer("applications"), "trizone:foundation": "Not a stack" });
    assert.match(unnamed, /trizone:foundation: expected a stack such as broker\/trizone\/prod-foundation/);
  });

  it("takes layers apart only where there is a foundation, and Argo CD only there", () => {
    const gitOps = {
      "trizone:delivery": '{"gitOps":{"repository":"https://git.example/manifests.git","path":"prod"}}',
    };
    const onKubernetes = { ...region, "trizone:target": "kubernetes", "trizone:layer": "foundation" };
    assert.match(problems(onKubernetes), /trizone:layer: expected whole, since target kubernetes has no/);
    assert.match(problems({ ...region, ...gitOps }), /delivery\.gitOps: is for layer foundation only/);
    assert.doesNotThrow(() => read({ ...region, ...gitOps, "trizone:layer": "foundation" }));
  });

  it("takes scalars typed or as text", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 500 }),
        fc.boolean(),
        fc.boolean(),
        (storage, multiAz, quoted) => {
          const value = quoted
            ? { storage: String(storage), maxStorage: "500", multiAz: String(multiAz) }
            : { storage, maxStorage: 500, multiAz };
          const { database } = read({ ...region, "trizone:database": JSON.stringify(value) });
          return database.storage === storage && database.multiAz === multiAz && database.maxStorage === 500;
        },
      ),
    );
  });

  it("answers any text with a config or a message, never with another error", () => {
    const keys = fc.constantFrom(
      "zones",
      "cidr",
      "replicas",
      "images",
      "database",
      "nodes",
      "issuer",
      "target",
    );
    fc.assert(
      fc.property(keys, fc.oneof(fc.string(), fc.json()), (key, value) => {
        try {
          read({ ...region, [`trizone:${key}`]: value });
        } catch (error) {
          assert.match((error as Error).message, /^the configuration of stack dev has /);
        }
      }),
    );
  });
});
