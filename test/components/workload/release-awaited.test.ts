import assert from "node:assert/strict";
import type { Graph } from "../../../engine/index.ts";
import { graphOf, inputsOf } from "../../program/graphs.ts";

const ROLLOUT = "kubernetes:argoproj.io/v1alpha1:Rollout";
const SERVICES = ["web", "gateway", "trading"];

/** What Argo Rollouts writes into a Rollout's status; both generations are texts there. */
interface Status {
  phase?: "Progressing" | "Paused" | "Healthy" | "Degraded";
  message?: string;
  observedGeneration?: string;
  workloadObservedGeneration?: string;
  abort?: boolean;
}

/** The status at a second after the object was made or changed. */
type Course = [second: number, status: Status][];

type Annotations = Record<string, string>;

/**
 * When Pulumi's Kubernetes provider ends waiting for an object: the second at which all conditions hold at once, or
 * "failed" once the time is up. Its rules: https://github.com/pulumi/pulumi-kubernetes, provider/pkg/await/condition
 * and provider/pkg/metadata/overrides.go. An object without the annotation isn't waited for.
 */
function awaited(annotations: Annotations, course: Course): number | "failed" {
  if (annotations["pulumi.com/skipAwait"] === "true") return 0;
  const waitFor = annotations["pulumi.com/waitFor"];
  if (waitFor === undefined) return 0;
  const conditions = (JSON.parse(waitFor) as string[]).map((text) => {
    const [, path = "", value] = /^jsonpath=\{(\.[\w.]+)\}=([^=]+)$/.exec(text) ?? [];
    assert.ok(value, `the provider refuses ${text}`);
    return { path: path.slice(1).split("."), value };
  });
  const limit = Number(annotations["pulumi.com/timeoutSeconds"] ?? 10 * 60);
  // biome-ignore lint/suspicious/noExplicitAny: a path leads to anything
  const at = (object: any, path: string[]): any => path.reduce((value, name) => value?.[name], object);
  const holds = (status: Status) =>
    conditions.every(({ path, value }) => String(at({ status }, path)) === value);
  return course.find(([second, status]) => second <= limit && holds(status))?.[0] ?? "failed";
}

const [FIRST, SECOND] = ["1", "2"];
const old: Status = { phase: "Healthy", observedGeneration: "7", workloadObservedGeneration: FIRST };
const of = (phase: Status["phase"], more: Status = {}): Status => ({
  phase,
  observedGeneration: "8",
  workloadObservedGeneration: SECOND,
  ...more,
});
const ABORTED = of("Degraded", {
  abort: true,
  message: 'RolloutAborted: Rollout aborted update to revision 2: Metric "errors" assessed Failed',
});

/** Courses of the second release, after the first one was healthy. */
const COURSES: [what: string, course: Course, ends: number | "failed"][] = [
  [
    "has all pods step by step",
    [
      [0, old],
      [2, of("Progressing")],
      [60, of("Paused", { message: "CanaryPauseStep" })],
      [400, of("Progressing")],
      [430, of("Paused", { message: "CanaryPauseStep" })],
      [1050, of("Progressing")],
      [1100, of("Healthy")],
    ],
    1100,
  ],
  [
    "is aborted by its measurements",
    [
      [0, old],
      [2, of("Progressing")],
      [60, of("Paused")],
      [180, ABORTED],
    ],
    "failed",
  ],
  [
    "has pods that are never ready, so that its deadline passes",
    [
      [0, old],
      [2, of("Progressing")],
      [
        602,
        of("Degraded", {
          abort: true,
          message: "ProgressDeadlineExceeded: ReplicaSet has timed out progressing",
        }),
      ],
    ],
    "failed",
  ],
  [
    "stays where it is",
    [
      [0, old],
      [2, of("Progressing")],
    ],
    "failed",
  ],
  ["is taken up by no controller, while the old one is healthy", [[0, old]], "failed"],
  ["has a controller that never was there", [[0, {}]], "failed"],
  [
    "stops at a pause that has no end",
    [
      [0, old],
      [2, of("Progressing")],
      [60, of("Paused", { message: "CanaryPauseStep" })],
    ],
    "failed",
  ],
  [
    "is aborted, and tried again in time",
    [
      [0, old],
      [2, of("Progressing")],
      [180, ABORTED],
      [300, of("Progressing")],
      [1500, of("Healthy")],
    ],
    1500,
  ],
];

describe("an update that releases by canary", () => {
  let prod: Graph;
  before(async () => {
    prod = await graphOf("prod");
  });

  /** As the graph has them once the Deployment was changed for the second time. */
  const annotations = (service: string): Annotations => {
    const { metadata } = inputsOf(prod, ROLLOUT, `${service}-canary-rollout`);
    const text = JSON.stringify(metadata.annotations);
    const second = text.replace(
      `workloadObservedGeneration}=${FIRST}`,
      `workloadObservedGeneration}=${SECOND}`,
    );
    assert.notEqual(second, text, "the release's own generation is waited for");
    return JSON.parse(second);
  };

  for (const service of SERVICES) {
    for (const [what, course, ends] of COURSES) {
      it(`${ends === "failed" ? "fails" : "ends well"} when the release of ${service} ${what}`, () => {
        assert.equal(awaited(annotations(service), course), ends);
      });
    }
  }

  it("waits for no release only where the stack says so", () => {
    for (const { type, name, inputs } of prod.resources) {
      if (type !== ROLLOUT) continue;
      const { annotations = {} } = (inputs.metadata ?? {}) as { annotations?: Annotations };
      const isNews = name.startsWith("news-");
      assert.equal("pulumi.com/waitFor" in annotations, !isNews, name);
      assert.equal(annotations["pulumi.com/skipAwait"] === "true", isNews, name);
    }
  });
});
