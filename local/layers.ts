import { evaluate, type PropertyMap, readStackConfig, type StackConfig } from "../engine/index.ts";
import { createProvider } from "./provider/index.ts";

/**
 * What a stack reference of layer `applications` answers where no stack was deployed: the outputs of the foundation's
 * own program run, of the stack whose file in `directory` has the last part of its name.
 */
export async function stackReferences(
  directory: string,
  { project, config }: StackConfig,
  signal?: AbortSignal,
): Promise<Record<string, PropertyMap>> {
  const name = config[`${project}:foundation`];
  if (config[`${project}:layer`] !== "applications" || !name) return {};
  const stack = name.split("/").at(-1) ?? name;
  const settings = await readStackConfig(directory, stack, []);
  const provider = createProvider();
  const { outputs } = await evaluate({ ...settings, directory, stack, provider, signal });
  return { [name]: outputs };
}
