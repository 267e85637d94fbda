import assert from "node:assert/strict";
import { clusterProblems, type Wanted } from "../../../ops/platform/cluster-checks.ts";

const ZONE = "topology.kubernetes.io/zone";
const ZONES = ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"];
const ready = { conditions: [{ type: "Ready", status: "True" }] };

// biome-ignore lint/suspicious/noExplicitAny: a test lays what an API server may answer
type Answers = Record<string, any>;

const WANTED: Wanted = {
  zones: ZONES,
  issuer: "http://issuer.issuer.svc.cluster.local:9100",
  discover: async () => ({}),
};

/** What a cluster answers that has everything. */
function answers(): Answers {
  return {
    "/version": { major: "1", minor: "36", gitVersion: "v1.36.3" },
    "/api/v1/nodes": {
      items: ZONES.map((zone) => ({
        metadata: { name: `node-${zone}`, labels: { [ZONE]: zone } },
        spec: {},
        status: ready,
      })),
    },
    "/apis/storage.k8s.io/v1/storageclasses": {
      items: [
        {
          metadata: {
            name: "standard",
            annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
          },
        },
      ],
    },
    "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io": {
      status: { conditions: [{ type: "Available", status: "True" }] },
    },
    "/api/v1/namespaces/issuer/services/issuer": { spec: { ports: [{ port: 9100 }] } },
  };
}

const problems = (change: (answers: Answers) => void, wanted: Partial<Wanted> = {}) => {
  const given = answers();
  change(given);
  return clusterProblems(async (path) => given[path], { ...WANTED, ...wanted });
};

describe("checks of a cluster before an update", () => {
  it("find nothing where all is there", async () => {
    assert.deepEqual(await problems(() => {}), []);
  });

  const CASES: [string, (answers: Answers) => void, RegExp][] = [
    [
      "an old version",
      (all) => (all["/version"] = { major: "1", minor: "34+", gitVersion: "v1.34.2" }),
      /v1\.34\.2.*since 1\.35/,
    ],
    [
      "nodes without zones",
      (all) => {
        for (const { metadata } of all["/api/v1/nodes"].items) delete metadata.labels;
      },
      /no node .* ap-southeast-2a, ap-southeast-2b, ap-southeast-2c: kubectl label node/,
    ],
    [
      "a zone whose only node is cordoned",
      (all) => (all["/api/v1/nodes"].items[1].spec.unschedulable = true),
      /is in ap-southeast-2b:/,
    ],
    [
      "a zone whose only node isn't ready",
      (all) => (all["/api/v1/nodes"].items[2].status = {}),
      /is in ap-southeast-2c:/,
    ],
    [
      "a node without a zone beside others",
      (all) => all["/api/v1/nodes"].items.push({ metadata: { name: "extra" }, spec: {}, status: ready }),
      /extra has no zone/,
    ],
    [
      "no default storage class",
      (all) => delete all["/apis/storage.k8s.io/v1/storageclasses"].items[0].metadata.annotations,
      /kubectl annotate storageclass standard/,
    ],
    [
      "no storage class",
      (all) => (all["/apis/storage.k8s.io/v1/storageclasses"].items = []),
      /install a provisioner/,
    ],
    [
      "no metrics-server",
      (all) => delete all["/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io"],
      /install metrics-server/,
    ],
    [
      "a metrics-server that doesn't answer",
      (all) => (all["/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io"].status = {}),
      /install metrics-server/,
    ],
    [
      "no issuer",
      (all) => delete all["/api/v1/namespaces/issuer/services/issuer"],
      /no Service issuer in namespace issuer has port 9100/,
    ],
  ];
  for (const [what, change, message] of CASES) {
    it(`say so of ${what}, once, and what to do`, async () => {
      const found = await problems(change);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", message);
    });
  }

  it("ask an issuer outside the cluster, which must call itself as it is configured", async () => {
    const issuer = "https://login.example";
    const outside = (discover: Wanted["discover"]) => problems(() => {}, { issuer, discover });
    assert.deepEqual(await outside(async () => ({ issuer })), []);
    assert.match(
      String(await outside(async () => ({ issuer: "https://other.example" }))),
      /calls itself https:\/\/other/,
    );
    assert.match(String(await outside(() => Promise.reject(new Error("ECONNREFUSED")))), /\(ECONNREFUSED\)/);
  });

  it("come in one message", async () => {
    const found = await problems((all) => {
      all["/version"].minor = "30";
      all["/apis/storage.k8s.io/v1/storageclasses"].items = [];
    });
    assert.equal(found.length, 2);
  });
});
