import { customResourceProblems, isCustomResource } from "./custom-resources.ts";
import { called, type KubernetesObject } from "./objects.ts";
import { reading } from "./reading.ts";

interface Model {
  prototype: { validate(this: unknown): void };
}

/** `kubernetes-models` leaves every `description` out of its validators, the fields of that name too. */
const DROPPED = /(^|\.)description$/;

/**
 * What the schema of the object's kind finds in it. Kubernetes' own kinds are judged by its OpenAPI documents as
 * `kubernetes-models` compiles them; these let a field pass that they don't know, so that one which the schema never
 * reads is named here.
 */
export async function schemaProblems(object: KubernetesObject): Promise<string[]> {
  if (isCustomResource(object)) return customResourceProblems(object);
  const model = await modelOf(object);
  if (!model) return [`${called(object)}: Kubernetes has no ${object.kind} in ${object.apiVersion}`];
  const { data, unread } = reading(object);
  try {
    model.prototype.validate.call(data);
  } catch (error) {
    return [`${called(object)}: ${(error as Error).message}`];
  }
  return unread()
    .filter((path) => !DROPPED.test(path))
    .map((path) => `${called(object)}: unknown field ${path}`);
}

async function modelOf({ apiVersion, kind }: KubernetesObject): Promise<Model | undefined> {
  const models: Record<string, Model> = await import(`kubernetes-models/${apiVersion}`).catch((error) => {
    if (["ERR_PACKAGE_PATH_NOT_EXPORTED", "ERR_MODULE_NOT_FOUND"].includes(error.code)) return {};
    throw error;
  });
  return models[kind];
}
