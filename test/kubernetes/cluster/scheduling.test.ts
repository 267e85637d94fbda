import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { graphOf, inputsOf } from "../../program/graphs.ts";
import { called, type KubernetesObject, objectsOf, ofKind } from "../objects.ts";
import { define } from "./api.ts";
import { ControlPlane, missingPrograms, programPath } from "./control-plane.ts";
import { Nodes } from "./nodes.ts";

const ZONES = ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"];
const [, LOST = ""] = ZONES;

/** Milliseconds in which all pods are bound and run, on a busy machine. */
const SETTLE_MS = 180_000;

/** Milliseconds in which the spread is even again after a heal. */
const EVEN_MS = 120_000;

// biome-ignore lint/suspicious/noExplicitAny: objects as the API server answers
type Live = any;

const missing = missingPrograms();
if (missing)
  describe.skip(`on a real API server (skipped: ${missing})`, () => it("nothing is tried", () => {}));
else for (const stack of ["ci", "prod"]) onApiServer(stack);

function onApiServer(stack: string): void {
  describe(`${stack} on a real API server`, function () {
    this.timeout(2 * SETTLE_MS);
    let plane: ControlPlane;
    let nodes: Nodes;
    let objects: KubernetesObject[];
    let apart = 0;

    before(async () => {
      objects = objectsOf(await graphOf(stack));
      plane = await ControlPlane.start();
      nodes = await Nodes.start(plane.api, ZONES, 3);
    });
    after(async () => {
      await nodes?.stop();
      await plane?.stop();
    });

    const list = async (path: string): Promise<Live[]> => (await plane.api.get(path)).items;

    /**
     * Waits until every ReplicaSet has all its pods bound and running, and every Deployment all of its release's, in
     * three looks one after the other: what was just changed isn't in the first one's answers.
     */
    async function settled(): Promise<void> {
      const end = Date.now() + SETTLE_MS;
      for (let looks = 0; looks < 3; looks++) {
        nodes.check();
        const [deployments, sets] = await Promise.all(
          ["deployments", "replicasets"].map((kind) => list(`/apis/apps/v1/${kind}`)),
        );
        const waiting = [
          ...(deployments ?? []).filter(
            ({ metadata, spec, status }) =>
              status.observedGeneration !== metadata.generation ||
              (status.updatedReplicas ?? 0) !== spec.replicas ||
              (status.replicas ?? 0) !== spec.replicas,
          ),
          ...(sets ?? []).filter(({ spec, status }) => (status.readyReplicas ?? 0) !== spec.replicas),
        ];
        if (waiting.length > 0) looks = -1;
        if (Date.now() > end)
          assert.fail(`${waiting.map(({ metadata }) => metadata.name).join(", ")}\n${await unscheduled()}`);
        await sleep(1000);
      }
    }

    async function unscheduled(): Promise<string> {
      const pods = (await list("/api/v1/pods")).filter(({ spec }) => !spec.nodeName);
      const lines = pods.map(
        ({ metadata, status }) => `${metadata.name}: ${status.conditions?.[0]?.message ?? "not looked at"}`,
      );
      return `${pods.length} pods wait:\n${lines.join("\n")}`;
    }

    /** Pods of each service by zone, in the order of `ZONES`. */
    async function spread(): Promise<Map<string, number[]>> {
      const counts = new Map<string, number[]>();
      for (const { metadata, spec } of await list("/api/v1/namespaces/trizone/pods")) {
        if (metadata.deletionTimestamp || metadata.ownerReferences?.[0]?.kind !== "ReplicaSet") continue;
        const service = metadata.labels["app.kubernetes.io/name"];
        const byZone = counts.get(service) ?? ZONES.map(() => 0);
        const zone = ZONES.indexOf(nodes.zoneOf(spec.nodeName));
        byZone[zone] = (byZone[zone] ?? 0) + 1;
        counts.set(service, byZone);
      }
      return counts;
    }

    const skew = (counts: number[]) => Math.max(...counts) - Math.min(...counts);
    const survivors = (counts: number[]) => counts.filter((_, zone) => ZONES[zone] !== LOST);

    /** A new release of every service, as an update brings it. */
    async function release(name: string): Promise<void> {
      const template = { metadata: { annotations: { release: name } } };
      for (const deployment of ofKind(objects, "Deployment")) {
        await plane.api.patch(await plane.api.pathOf(deployment), { spec: { template } });
      }
      if (ofKind(objects, "Rollout").length > 0) {
        await until(async () =>
          (await list("/apis/apps/v1/replicasets")).some(({ metadata }) => metadata.name === `web-${name}`),
        );
      }
      await settled();
      // What a Rollout's new release replaced.
      for (const { metadata } of await list("/apis/apps/v1/replicasets")) {
        const hash = metadata.labels["rollouts-pod-template-hash"];
        if (!hash || hash === name) continue;
        await plane.api.delete(
          `/apis/apps/v1/namespaces/${metadata.namespace}/replicasets/${metadata.name}`,
          {
            propagationPolicy: "Background",
          },
        );
      }
      const left = async () =>
        (await list("/api/v1/namespaces/trizone/pods")).filter(({ metadata }) => {
          const hash = metadata.labels["rollouts-pod-template-hash"];
          return hash && hash !== name && !metadata.deletionTimestamp;
        });
      await until(async () => (await left()).length === 0);
    }

    async function until(holds: () => Promise<boolean>, limit = SETTLE_MS): Promise<void> {
      const end = Date.now() + limit;
      while (!(await holds())) {
        nodes.check();
        if (Date.now() > end) {
          assert.fail(`not within ${limit / 1000} s: ${JSON.stringify([...(await spread())])}`);
        }
        await sleep(1000);
      }
    }

    /** What pre-scaling's CronJob sets half an hour before the open, by the same request. */
    async function preScale(when: string): Promise<void> {
      const [job] = ofKind(objects, "CronJob").filter(
        ({ metadata }) => metadata.name === `pre-scaling-${when}`,
      );
      const env: { name: string; value: string }[] =
        job?.spec.jobTemplate.spec.template.spec.containers[0].env;
      const minimums = JSON.parse(env.find(({ name }) => name === "MINIMUMS")?.value ?? "{}");
      for (const [name, minReplicas] of Object.entries(minimums)) {
        const path = `/apis/autoscaling/v2/namespaces/trizone/horizontalpodautoscalers/${name}`;
        await plane.api.patch(path, { spec: { minReplicas } });
      }
      const services = Object.entries(minimums) as [string, number][];
      await until(async () => {
        const now = await spread();
        return services.every(
          ([name, least]) => (now.get(name) ?? []).reduce((sum, one) => sum + one, 0) >= least,
        );
      });
    }

    /** After the open; no load is measured here, so that the autoscalers themselves take nothing away. */
    async function asUsual(): Promise<void> {
      await preScale("usual");
      for (const { metadata, spec } of ofKind(objects, "HorizontalPodAutoscaler")) {
        const { apiVersion, kind, name } = spec.scaleTargetRef;
        const target = { apiVersion, kind, metadata: { name, namespace: metadata.namespace ?? "default" } };
        await plane.api.patch(await plane.api.pathOf(target), { spec: { replicas: spec.minReplicas } });
      }
      await settled();
    }

    it("has every object admitted, its namespaces with Pod Security restricted", async () => {
      for (const { metadata } of ofKind(objects, "Namespace")) {
        assert.equal(metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted", metadata.name);
      }
      await define(plane.api, objects);
      const refused: string[] = [];
      for (const object of objects) {
        await plane.api
          .apply(object)
          .catch((error: Error) => refused.push(`${called(object)}: ${error.message}`));
      }
      assert.deepEqual(refused, []);
      await settled();
      const events = (await list("/api/v1/events")).filter(({ reason }) => reason === "FailedCreate");
      assert.deepEqual(
        events.filter(({ message }) => /violates PodSecurity/.test(message)).map(({ message }) => message),
        [],
      );
      for (const [service, counts] of await spread()) assert.equal(skew(counts), 0, `${service}: ${counts}`);
    });

    for (const [how, lose] of [
      ["cordoned", (is: boolean) => nodes.cordon(LOST, is)],
      ["not ready", (is: boolean) => nodes.ready(LOST, !is)],
    ] as const) {
      describe(`with one zone's nodes ${how}`, () => {
        before(async () => {
          await asUsual();
          await lose(true);
        });
        after(() => lose(false));

        it("every pod schedules at rest", async () => {
          const [pod] = (await list("/api/v1/namespaces/trizone/pods")).filter(
            ({ metadata, spec }) =>
              metadata.labels["app.kubernetes.io/name"] === "web" && nodes.zoneOf(spec.nodeName) !== LOST,
          );
          await plane.api.delete(`/api/v1/namespaces/trizone/pods/${pod.metadata.name}`);
          await settled();
          if (how === "not ready") {
            await until(async () => [...(await spread()).values()].every((counts) => counts[1] === 0));
            await settled();
          }
        });

        it("every pod schedules in a rolling update", async () => {
          await release(`update-${++apart}`);
          for (const [service, counts] of await spread()) {
            assert.equal(counts[1], 0, `${service}: ${counts}`);
            assert.ok(skew(survivors(counts)) <= 1, `${service}: ${counts}`);
          }
        });

        it("every pod schedules when pre-scaling begins", async () => {
          await preScale("open");
          await settled();
          for (const [service, counts] of await spread()) {
            assert.ok(skew(survivors(counts)) <= 1, `${service}: ${counts}`);
          }
        });

        it("the spread is even within two minutes of their return", async function () {
          await lose(false);
          if (stack !== "prod" || !programPath("descheduler")) {
            console.log(
              `        skipped: ${stack === "prod" ? "no descheduler" : `${stack} brings no descheduler`}`,
            );
            this.skip();
          }
          assert.ok(
            [...(await spread()).values()].some((counts) => skew(counts) > 1),
            "nothing evens it by itself",
          );
          const began = Date.now();
          const stop = await descheduler(plane);
          await until(
            async () => [...(await spread()).values()].every((counts) => skew(counts) <= 1),
            EVEN_MS,
          );
          console.log(`        after ${Math.round((Date.now() - began) / 1000)} s`);
          await stop();
          await settled();
        });
      });
    }
  });
}

/** Prod's own descheduler with its own policy. Gives what ends it. */
async function descheduler(plane: ControlPlane): Promise<() => Promise<void>> {
  const { values } = inputsOf(
    await graphOf("prod"),
    "kubernetes:helm.sh/v3:Release",
    "controllers-descheduler-release",
  );
  const policy = {
    apiVersion: "descheduler/v1alpha2",
    kind: "DeschedulerPolicy",
    ...values.deschedulerPolicy,
  };
  const file = join(plane.folder, "descheduler.json");
  await writeFile(file, JSON.stringify(policy));
  return plane.run("descheduler", [
    `--kubeconfig=${plane.kubeconfig}`,
    `--policy-config-file=${file}`,
    `--descheduling-interval=${values.deschedulingInterval}`,
    ...["--bind-address=127.0.0.1", "--secure-port=0"],
  ]);
}
