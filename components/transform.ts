import type { CustomResourceOptions } from "@pulumi/pulumi";

/**
 * The way out when a component's arguments don't reach far enough: properties to set on a child, or a function that
 * changes the child's arguments and options in place, just before it is created.
 */
export type Transform<Args> = Partial<Args> | ((args: Args, options: CustomResourceOptions) => void);

/** A child's constructor arguments after the user's transform. */
export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  options: CustomResourceOptions,
): [name: string, args: Args, options: CustomResourceOptions] {
  if (typeof transform !== "function") return [name, { ...args, ...transform }, options];
  const changed = { ...args };
  const changedOptions = { ...options };
  transform(changed, changedOptions);
  return [name, changed, changedOptions];
}
