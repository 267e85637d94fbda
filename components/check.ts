import * as pulumi from "@pulumi/pulumi";

/** Something wrong with a component's plain arguments: where, and what would be right. */
export interface Problem {
  propertyPath: string;
  reason: string;
}

/**
 * Refuses a component's arguments before any resource is made.
 * `rules` are `[holds, propertyPath, reason]`; those that don't hold are thrown together.
 * @throws pulumi.InputPropertiesError
 */
export function check(component: string, rules: [boolean, string, string][]): void {
  const errors: Problem[] = rules
    .filter(([holds]) => !holds)
    .map(([, propertyPath, reason]) => ({ propertyPath, reason }));
  if (errors.length === 0) return;
  const list = errors.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`).join("\n");
  throw new pulumi.InputPropertiesError({
    message: `${component} has arguments that can't be:\n${list}`,
    errors,
  });
}
