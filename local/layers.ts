import { evaluate, type PropertyMap, readStackConfig, type StackConfig } from "../engine/index.ts";
import { createProvider } from "./provider/index.ts";

/**
 * Outputs for the stack reference of a stack of layer `applications`: those that are given, else, where no stack was
 * deployed, those of evaluating the foundation's stack, whose config file in `directory` has the last part of its name.
 */
export async function stackReferences(
  directory: string,
  { project, config }: StackConfig,
  options: { foundation?: PropertyMap; signal?: AbortSignal } = {},
): Promise<Record<string, PropertyMap>> {
  const name = config[`${project}:foundation`];
  if (config[`${project}:layer`] !== "applications" || !name) return {};
  if (options.foundation) return { [name]: options.foundation };
  const stack = name.split("/").at(-1) ?? name;
  const settings = await readStackConfig(directory, stack, []);
  const provider = createProvider();
  const { outputs } = await evaluate({ ...settings, directory, stack, provider, signal: options.signal });
  return { [name]: outputs };
}
