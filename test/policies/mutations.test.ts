import assert from "node:assert/strict";
import type { Graph, Resource } from "../../engine/index.ts";
import { graphOf } from "../program/graphs.ts";
import { judge, resource } from "./pack.ts";

const POD = "spec.jobTemplate.spec.template.spec";

/** Applies a change to the inputs of one resource of a graph, wherever its stack shows them. */
function mutated(graph: Graph, name: string, change: (inputs: Any) => void): Resource[] {
  const subject = graph.resources.find((one) => one.name === name);
  assert.ok(subject, `${graph.stack} has no ${name}`);
  const [inputs, outputs] = [structuredClone(subject.inputs), structuredClone(subject.outputs)];
  change(inputs);
  change(outputs);
  return graph.resources.map((one) => (one === subject ? { ...subject, inputs, outputs } : one));
}

// biome-ignore lint/suspicious/noExplicitAny: a mutation reaches into what a resource happens to have
type Any = any;

/** The policies that a changed stack breaks, each once. */
async function broken(resources: Resource[]): Promise<string[]> {
  const violations = await judge(...resources);
  assert.ok(violations.every(({ level }) => level === "mandatory"));
  return [...new Set(violations.map(({ policy }) => policy))].sort();
}

function deployment(inputs: Any): Any {
  return inputs.spec.template.spec;
}

describe("policies on the real stacks", () => {
  for (const stack of ["dev", "prod", "ci"]) {
    it(`accept ${stack} whole`, async () => {
      const violations = await judge(...(await graphOf(stack)).resources);
      assert.deepEqual(
        violations.map(({ level, policy, message }) => `${level} ${policy}: ${message}`),
        [],
      );
    });
  }

  it("accept prod as a first preview sees it, whose ids nobody knows yet", async () => {
    const unknown = /^(arn:|vpc-|subnet-|sg-|rtb-|lt-)/;
    const blank = (value: unknown): unknown => {
      if (typeof value === "string" && unknown.test(value)) return "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
      if (Array.isArray(value)) return value.map(blank);
      if (typeof value !== "object" || value === null || "4dabf18193072939515e22adb298388d" in value)
        return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, blank(item)]));
    };
    const preview = (await graphOf("prod")).resources.map((one) =>
      one.type.startsWith("pulumi:") ? one : { ...one, inputs: blank(one.inputs) as Resource["inputs"] },
    );
    assert.deepEqual(await judge(...preview), []);
  });

  const MUTATIONS: [what: string, name: string, change: (inputs: Any) => void, policies: string[]][] = [
    [
      "region us-west-2 on one bucket",
      "models-files-bucket",
      (bucket) => {
        bucket.region = "us-west-2";
      },
      ["aws-region-ap-southeast-2"],
    ],
    [
      "an availability zone of another region",
      "network-vpc",
      (vpc) => {
        vpc.availabilityZoneNames[1] = "us-west-2b";
      },
      ["aws-region-ap-southeast-2"],
    ],
    [
      "a security group open on 5432",
      "firewall-workload-database-5432",
      (rule) => {
        delete rule.referencedSecurityGroupId;
        rule.cidrIpv4 = "0.0.0.0/0";
      },
      ["security-groups-closed", "world-meets-public-balancer"],
    ],
    [
      "multiAz false in prod",
      "database-instance",
      (instance) => {
        instance.multiAz = false;
      },
      ["production-multi-az"],
    ],
    [
      "a resource whose tag says that its data isn't Australia's",
      "models-files-bucket",
      (bucket) => {
        bucket.tags = { ...(bucket.tags as object), DataSovereignty: "US" };
      },
      ["aws-tags"],
    ],
    [
      "an unencrypted database volume",
      "database-instance",
      (instance) => {
        instance.storageEncrypted = false;
      },
      ["encrypted-at-rest"],
    ],
    [
      "an image by tag",
      "web-deployment",
      (inputs) => {
        deployment(inputs).containers[0].image = "registry.example/trizone/web:0.1.0";
      },
      ["images-pinned"],
    ],
    [
      "a service with two zones",
      "web-deployment",
      (inputs) => {
        const values = ["ap-southeast-2a", "ap-southeast-2b"];
        const matchExpressions = [{ key: "topology.kubernetes.io/zone", operator: "In", values }];
        const required = { nodeSelectorTerms: [{ matchExpressions }] };
        deployment(inputs).affinity.nodeAffinity = {
          requiredDuringSchedulingIgnoredDuringExecution: required,
        };
      },
      ["pods-spread-over-zones"],
    ],
    [
      "a load balancer with two zones",
      "public-alb",
      (balancer) => {
        balancer.subnets = balancer.subnets.slice(1);
      },
      ["three-zones"],
    ],
    [
      "a password in an environment variable",
      "trading-deployment",
      (inputs) => {
        deployment(inputs).containers[0].env.push({ name: "DATABASE_PASSWORD", value: "correct-horse" });
      },
      ["secrets-as-files"],
    ],
  ];
  for (const [what, name, change, policies] of MUTATIONS) {
    it(`refuse ${what}, by ${policies.join(" and ")}`, async () => {
      assert.deepEqual(await broken(mutated(await graphOf("prod"), name, change)), policies);
    });
  }

  const SETTINGS: [setting: string, policies: string[]][] = [
    ["aws:region=us-west-2", ["aws-region-ap-southeast-2"]],
    ["trizone:database.multiAz=false", ["production-multi-az"]],
    ["trizone:images.registry=registry.example", ["images-pinned"]],
    ["trizone:protect=false", ["production-backups", "production-deletion-protection"]],
  ];
  for (const [setting, policies] of SETTINGS) {
    it(`refuse prod with ${setting}, by ${policies.join(" and ")}`, async () => {
      assert.deepEqual(await broken((await graphOf("prod", setting)).resources), policies);
    });
  }

  it("refuse a replica in another region, by aws-region-ap-southeast-2", async () => {
    const { resources } = await graphOf("prod");
    const source = resources.find(({ name }) => name === "database-instance") ?? assert.fail();
    const inputs = { ...source.inputs, region: "us-west-2", replicateSourceDb: source.outputs.arn };
    const urn = source.urn.replace(/[^:]+$/, "replica");
    const replica = { ...source, urn, name: "replica", inputs, outputs: { ...source.outputs, ...inputs } };
    assert.deepEqual(await broken([...resources, replica]), ["aws-region-ap-southeast-2"]);
  });

  it("refuse an unencrypted volume, by encrypted-at-rest", async () => {
    const tags = { DataSovereignty: "AU", Compliance: "ASIC" };
    const volume = resource("aws:ebs/volume:Volume", {
      ...{ region: "ap-southeast-2", availabilityZone: "ap-southeast-2a", size: 10, tags },
    });
    const { resources } = await graphOf("prod");
    assert.deepEqual(await broken([...resources, volume]), ["encrypted-at-rest"]);
  });

  it("refuse a CronJob whose init container is root or says nothing, by containers-non-root", async () => {
    const { resources } = await graphOf("prod");
    const web = resources.find(({ name }) => name === "web-deployment") ?? assert.fail();
    const pod = structuredClone(deployment(web.inputs));
    const [container] = pod.containers;
    const cronJob = (securityContext: object | undefined) =>
      resource("kubernetes:batch/v1:CronJob", {
        spec: {
          jobTemplate: {
            spec: {
              template: {
                spec: {
                  ...{ ...pod, securityContext: { seccompProfile: { type: "RuntimeDefault" } } },
                  initContainers: [{ ...container, name: "init", securityContext }],
                },
              },
            },
          },
        },
      });
    assert.deepEqual(await broken([...resources, cronJob(container.securityContext)]), []);
    const root = cronJob({ ...container.securityContext, runAsUser: 0 });
    assert.deepEqual(await broken([...resources, root]), ["containers-non-root"]);
    const silent = (await judge(...resources, cronJob(undefined))).filter(
      ({ policy }) => policy === "containers-non-root",
    );
    assert.match(
      silent[0]?.message ?? "",
      new RegExp(`${POD}\\.initContainers\\[0\\] "init" has runAsNonRoot unset`),
    );
  });
});
