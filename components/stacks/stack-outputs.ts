import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/**
 * The stack's outputs, each checked against the contract once it is known (a preview may not know them yet).
 * @throws Error which names the output that doesn't fit
 */
export function stackOutputs<Contract extends z.ZodObject>(
  contract: Contract,
  values: { [Key in keyof z.input<Contract>]: unknown },
): Record<string, pulumi.Output<unknown>> {
  const given: Record<string, unknown> = values;
  const entries = Object.entries(contract.shape).map(([key, schema]) => {
    const checked = (pulumi.output(given[key]) as pulumi.Output<unknown>).apply((value) => {
      const parsed = z.object({ [key]: schema }).safeParse({ [key]: value });
      if (parsed.success) return parsed.data[key];
      throw new Error(`a stack output breaks the contract in outputs.ts:\n${z.prettifyError(parsed.error)}`);
    });
    return [key, checked] as const;
  });
  return Object.fromEntries(entries);
}
