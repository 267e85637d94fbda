import type { KubernetesObject } from "./objects.ts";

// biome-ignore lint/suspicious/noExplicitAny: a mutation reaches anywhere
export type Mutate = (object: any, objects: KubernetesObject[]) => unknown;

/** What is done to the object, `Kind name`, of a stack, and what must be said of it. */
export type Case = [what: string, object: string, mutate: Mutate, problem: RegExp];

/** Its pods. */
export const pod = (object: KubernetesObject) => object.spec.template.spec;
/** Its pods' first container. */
export const first = (object: KubernetesObject) => pod(object).containers[0];
/** Takes an object out of them. */
export const without = (objects: KubernetesObject[], kind: string, name: string) =>
  objects.splice(
    objects.findIndex((one) => one.kind === kind && one.metadata.name === name),
    1,
  );
