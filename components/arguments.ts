import * as pulumi from "@pulumi/pulumi";

/** What a plain argument must satisfy: whether it does, its property path, and what is expected there. */
export type Rule = [holds: boolean, propertyPath: string, reason: string];

/**
 * Refuses a component's arguments before any resource is made, with every broken rule at once.
 * @param component what it is and its name, for the message
 * @throws pulumi.InputPropertiesError
 */
export function check(component: string, rules: Rule[]): void {
  const errors = rules
    .filter(([holds]) => !holds)
    .map(([, propertyPath, reason]) => ({ propertyPath, reason }));
  if (errors.length === 0) return;
  const list = errors.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`).join("\n");
  const message = `the arguments of ${component} must be corrected:\n${list}`;
  throw new pulumi.InputPropertiesError({ message, errors });
}

/** Problems that were found elsewhere, each with its path below `property`, as rules that don't hold. */
export function problems(property: string, found: { path: (string | number)[]; message: string }[]): Rule[] {
  return found.map(({ path, message }) => [false, [property, ...path].join("."), message]);
}

/**
 * How a caller changes a component's child where the component has no argument for it: properties that replace the
 * child's, or a function that changes the child's arguments and options in place, just before it is created.
 */
export type Transform<Args> = Partial<Args> | ((args: Args, options: pulumi.CustomResourceOptions) => void);

/** A child's constructor arguments after the caller's transform. */
export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  options: pulumi.CustomResourceOptions,
): [name: string, args: Args, options: pulumi.CustomResourceOptions] {
  if (typeof transform !== "function") return [name, { ...args, ...transform }, options];
  const changed = { ...args };
  const changedOptions = { ...options };
  transform(changed, changedOptions);
  return [name, changed, changedOptions];
}
