import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Violation } from "../../engine/index.ts";
import { declare } from "../../local/declare.ts";

/** The variable by which the policy pack is asked to write down what it looks at. */
const VARIABLE = "TRIZONE_POLICY_OBSERVATIONS";

const Line = z.union([
  z.strictObject({ policy: z.string(), description: z.string() }),
  z.strictObject({ policy: z.string(), urn: z.string(), type: z.string(), name: z.string() }),
]);

export type Observation = z.infer<typeof Line>;

/** What the policies looked at while they judged a stack, and what they found. */
export interface Judged {
  stack: string;
  resources: number;
  observations: Observation[];
  violations: Violation[];
}

/** Evaluates a stack as `plan` does, and has the policy pack write down each resource whose properties a policy reads. */
export async function judgeObserved(directory: string, stack: string, overrides: string[]): Promise<Judged> {
  const folder = await mkdtemp(join(tmpdir(), "trizone-compliance-"));
  const file = join(folder, "observations");
  process.env[VARIABLE] = file;
  try {
    const { graph, violations } = await declare({ directory, stack, overrides });
    const lines = (await readFile(file, "utf8")).trim().split("\n");
    const observations = lines.map((line) => Line.parse(JSON.parse(line)));
    return { stack, resources: graph.resources.length, observations, violations };
  } finally {
    delete process.env[VARIABLE];
    await rm(folder, { recursive: true, force: true });
  }
}
