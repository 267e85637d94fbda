import assert from "node:assert/strict";
import { type Graph, reveal } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const PRIORITY = "kubernetes:scheduling.k8s.io/v1:PriorityClass";

interface Container {
  name: string;
  env: { name: string; value?: string }[];
  command: string[];
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
  securityContext: object;
}

describe("news in the graph", () => {
  const stacks = ["dev", "prod", "ci"];
  const graphs = new Map<string, Graph>();
  before(async () => {
    for (const stack of stacks) graphs.set(stack, await graphOf(stack));
  });
  const graphOfStack = (stack: string) => graphs.get(stack) ?? assert.fail(stack);
  const podOf = (graph: Graph, service = "news") =>
    inputsOf(graph, DEPLOYMENT, `${service}-deployment`).spec.template.spec;
  const valuesOf = ({ env }: Container) => Object.fromEntries(env.map(({ name, value }) => [name, value]));

  for (const stack of stacks) {
    it(`makes room for every other service on ${stack}`, () => {
      const graph = graphOfStack(stack);
      const priorities = new Map(
        ofType(graph, PRIORITY).map(({ inputs }) => {
          const { metadata, value } = reveal<{ metadata: { name: string }; value: number }>(inputs);
          return [metadata.name, value];
        }),
      );
      const deployed = ofType(graph, DEPLOYMENT).flatMap(
        ({ name }) => /^(.*)-deployment$/.exec(name)?.[1] ?? [],
      );
      const priorityOf = (service: string) => priorities.get(podOf(graph, service).priorityClassName);
      const own = priorityOf("news") ?? assert.fail("no priority");
      // Above the pods that only keep room, which go first.
      assert.ok(own > 0);
      const others = ["web", "gateway", "trading", "transactions", "portfolio", "market-data"];
      for (const service of others) {
        assert.ok(deployed.includes(service));
        assert.ok((priorityOf(service) ?? 0) > own, service);
      }
      const scaler = inputsOf(graph, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "news-autoscaler");
      assert.equal(scaler.spec.metrics[0].resource.name, "cpu");
    });

    it(`fetches the model on ${stack} before it starts, into a folder of the pod's own`, () => {
      const { initContainers, containers, volumes } = podOf(graphOfStack(stack)) as {
        initContainers: Container[];
        containers: Container[];
        volumes: { name: string; emptyDir?: { sizeLimit: string } }[];
      };
      const [init = assert.fail(), ...more] = initContainers;
      const [main = assert.fail()] = containers;
      assert.deepEqual(more, []);
      assert.deepEqual(init.command, ["node", "/app/init.js"]);
      const folder = { name: "models", mountPath: "/var/cache/trizone/models" };
      assert.deepEqual(init.volumeMounts, [folder], "no login of the database");
      const own = main.volumeMounts.filter(({ name }) => name === folder.name);
      assert.deepEqual(own, [folder], "which it may write to as well");
      assert.deepEqual(volumes.find(({ name }) => name === "models")?.emptyDir, { sizeLimit: "1Gi" });
      assert.deepEqual(init.securityContext, main.securityContext);
      const [bucket] = ofType(graphOfStack(stack), "aws:s3/bucket:Bucket").filter(
        ({ name }) => name === "models-files-bucket",
      );
      const url = stack === "ci" ? "file:///app/models" : `s3://${bucket?.id}`;
      for (const container of [init, main]) {
        const { MODEL_URL, MODEL_CACHE } = valuesOf(container);
        assert.deepEqual({ MODEL_URL, MODEL_CACHE }, { MODEL_URL: url, MODEL_CACHE: folder.mountPath });
      }
      assert.equal(valuesOf(main).MODEL_THREADS, "1", "as many as the CPUs that it requests");
      assert.equal(valuesOf(init).DATABASE_URL, undefined);
    });

    it(`holds up no update of ${stack}`, () => {
      const graph = graphOfStack(stack);
      const awaited = (service: string) =>
        inputsOf(graph, DEPLOYMENT, `${service}-deployment`).metadata.annotations?.[
          "pulumi.com/skipAwait"
        ] !== "true";
      assert.deepEqual([awaited("news"), awaited("trading")], [false, true]);
      const rollouts = ofType(graph, "kubernetes:argoproj.io/v1alpha1:Rollout");
      assert.equal(rollouts.length > 0, stack === "prod");
      for (const { name, inputs } of rollouts) {
        const { metadata } = reveal<{ metadata: { annotations: Record<string, string> } }>(inputs);
        const isNews = name.startsWith("news-");
        assert.equal(metadata.annotations["pulumi.com/skipAwait"], isNews ? "true" : undefined, name);
        assert.equal("pulumi.com/waitFor" in metadata.annotations, !isNews, name);
      }
    });
  }

  it("says what people have to do: the bucket is empty at first", () => {
    const steps = reveal<string[]>(graphOfStack("dev").outputs.leftToDo);
    assert.ok(
      steps.some((step) => step.includes("trizone model publish")),
      steps.join("\n"),
    );
  });
});
