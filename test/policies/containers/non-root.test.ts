import assert from "node:assert/strict";
import fc from "fast-check";
import { graphOf } from "../../program/graphs.ts";
import { judgeBy, resource, UNKNOWN } from "../pack.ts";

const POLICY = "containers-non-root";
const SAFE = { runAsNonRoot: true, runAsUser: 10001 };

interface Spec {
  securityContext?: object;
  [list: string]: unknown;
}

/** Kind -> its type and how it wraps a pod's specification. */
const KINDS: Record<string, [string, (spec: unknown) => Record<string, unknown>]> = {
  Pod: ["kubernetes:core/v1:Pod", (spec) => ({ spec })],
  Deployment: ["kubernetes:apps/v1:Deployment", (spec) => ({ spec: { template: { spec } } })],
  StatefulSet: ["kubernetes:apps/v1:StatefulSet", (spec) => ({ spec: { template: { spec } } })],
  DaemonSet: ["kubernetes:apps/v1:DaemonSet", (spec) => ({ spec: { template: { spec } } })],
  ReplicaSet: ["kubernetes:apps/v1:ReplicaSet", (spec) => ({ spec: { template: { spec } } })],
  Job: ["kubernetes:batch/v1:Job", (spec) => ({ spec: { template: { spec } } })],
  CronJob: [
    "kubernetes:batch/v1:CronJob",
    (spec) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } }),
  ],
  Rollout: ["kubernetes:argoproj.io/v1alpha1:Rollout", (spec) => ({ spec: { template: { spec } } })],
  DeploymentPatch: ["kubernetes:apps/v1:DeploymentPatch", (spec) => ({ spec: { template: { spec } } })],
  DeploymentList: [
    "kubernetes:apps/v1:DeploymentList",
    (spec) => ({ items: [{ spec: { template: { spec } } }] }),
  ],
};

const pod = (changes: Spec = {}): Spec => ({
  securityContext: SAFE,
  containers: [{ name: "main", image: "main" }],
  ...changes,
});

describe("policy containers-non-root", () => {
  const judge = judgeBy(POLICY);

  async function messages(kind: string, spec: unknown): Promise<string[]> {
    const [type, wrap] = KINDS[kind] ?? assert.fail(kind);
    return judge(resource(type, wrap(spec)));
  }

  for (const kind of Object.keys(KINDS)) {
    it(`judges the pods of a ${kind}`, async () => {
      assert.deepEqual(await messages(kind, pod()), []);
      const [message = ""] = await messages(kind, pod({ securityContext: { ...SAFE, runAsUser: 0 } }));
      assert.match(message, /subject .* may run as root: .*containers\[0\] "main" has runAsUser 0\. Set /);
    });
  }

  it("fails closed on what is absent, null, of the wrong type or not known", async () => {
    const cases: [unknown, RegExp][] = [
      [pod({ securityContext: undefined }), /runAsNonRoot unset/],
      [pod({ securityContext: { runAsUser: 1 } }), /runAsNonRoot unset/],
      [pod({ securityContext: { runAsNonRoot: "true", runAsUser: 1 } }), /runAsNonRoot "true"/],
      [pod({ securityContext: { runAsNonRoot: true, runAsUser: UNKNOWN } }), /runAsUser not known/],
      [pod({ securityContext: UNKNOWN as never }), /runAsNonRoot not known/],
      [pod({ containers: UNKNOWN }), /containers is not known/],
      [pod({ containers: [UNKNOWN] }), /containers\[0\] is not known/],
      [pod({ containers: undefined }), /containers is missing/],
      [UNKNOWN, /spec is not known/],
      [undefined, /spec is missing/],
    ];
    for (const [spec, reason] of cases) assert.match((await messages("Deployment", spec)).join(), reason);
  });

  it("leaves the user to the image where Kubernetes refuses root's", async () => {
    assert.deepEqual(await messages("Job", pod({ securityContext: { runAsNonRoot: true } })), []);
  });

  it("judges of a patch only what it sets", async () => {
    const env = [{ name: "ENABLE_PREFIX_DELEGATION", value: "true" }];
    assert.deepEqual(await messages("DeploymentPatch", { containers: [{ name: "aws-node", env }] }), []);
    const opened = { containers: [{ name: "aws-node", securityContext: { runAsNonRoot: false } }] };
    assert.match((await messages("DeploymentPatch", opened)).join(), /"aws-node" has runAsNonRoot false/);
  });

  it("judges init and ephemeral containers too", async () => {
    for (const list of ["initContainers", "ephemeralContainers"]) {
      const root = [{ name: "helper", securityContext: { runAsNonRoot: false } }];
      const [message = ""] = await messages("Pod", pod({ [list]: root }));
      assert.match(message, new RegExp(`spec\\.${list}\\[0\\] "helper" has runAsNonRoot false`));
    }
  });

  it("takes a container's word over its pod's", async () => {
    const setting = fc.record({
      runAsNonRoot: fc.option(fc.boolean(), { nil: undefined }),
      runAsUser: fc.option(fc.constantFrom(0, 1, 10001), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(setting, setting, async (ofPod, own) => {
        const spec = pod({ securityContext: ofPod, containers: [{ name: "main", securityContext: own }] });
        const safe =
          (own.runAsNonRoot ?? ofPod.runAsNonRoot) === true && (own.runAsUser ?? ofPod.runAsUser) !== 0;
        assert.equal((await messages("Pod", spec)).length, safe ? 0 : 1);
      }),
    );
  });

  it("has no opinion on what runs no pods", async () => {
    assert.deepEqual(await judge(resource("kubernetes:core/v1:Service", { spec: {} })), []);
    const reference = { spec: { workloadRef: { kind: "Deployment", name: "web" } } };
    assert.deepEqual(await judge(resource("kubernetes:argoproj.io/v1alpha1:Rollout", reference)), []);
  });

  it("refuses the program's own Deployment once its user is root", async () => {
    const deployment = (await graphOf("dev")).resources.find(({ name }) => name === "web-deployment");
    const inputs = structuredClone(deployment?.inputs ?? {}) as {
      spec: { template: { spec: { containers: object[] } } };
    };
    Object.assign(inputs.spec.template.spec.containers[0] ?? {}, { securityContext: { runAsUser: 0 } });
    const [message = ""] = await judge(resource(deployment?.type ?? "", { ...inputs }));
    assert.match(message, /containers\[0\] "web" has runAsUser 0/);
  });
});
