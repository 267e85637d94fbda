import { z } from "zod";
import { type KubectlScope, kubectl, kubectlList } from "../platform/kubectl.ts";

/** Keeps the least number of pods from before, which `prescale --end` gives back. */
const ANNOTATION = "trizone.io/usual-minimum";

const Scaler = z.object({
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({ minReplicas: z.number().default(1), maxReplicas: z.number() }),
});

/** The least pods of an autoscaler, before and now. */
export interface Raised {
  service: string;
  before: number;
  minimum: number;
}

/**
 * Raises the least number of pods of a namespace's autoscalers, each up to its maximum; those that have as many already
 * stay. @param service only this one's
 */
export async function raise(scope: KubectlScope, minimum: number, service?: string): Promise<Raised[]> {
  const found = (await scalers(scope)).filter(
    ({ metadata }) => service === undefined || metadata.name === service,
  );
  if (found.length === 0)
    throw new Error(`namespace ${scope.namespace} has no autoscaler${service ? ` of ${service}` : ""}`);
  const raised: Raised[] = [];
  for (const { metadata, spec } of found) {
    const wanted = Math.min(minimum, spec.maxReplicas);
    if (wanted <= spec.minReplicas) continue;
    const usual = metadata.annotations[ANNOTATION] ?? String(spec.minReplicas);
    await patch(scope, metadata.name, wanted, usual);
    raised.push({ service: metadata.name, before: spec.minReplicas, minimum: wanted });
  }
  return raised;
}

/** Gives the autoscalers that were raised their usual minimum again. */
export async function lower(scope: KubectlScope): Promise<Raised[]> {
  const lowered: Raised[] = [];
  for (const { metadata, spec } of await scalers(scope)) {
    const usual = Number(metadata.annotations[ANNOTATION]);
    if (!(usual >= 1)) continue;
    await patch(scope, metadata.name, usual, null);
    lowered.push({ service: metadata.name, before: spec.minReplicas, minimum: usual });
  }
  return lowered;
}

async function scalers(scope: KubectlScope): Promise<z.infer<typeof Scaler>[]> {
  return z.array(Scaler).parse(await kubectlList(scope, "horizontalpodautoscalers"));
}

async function patch(
  scope: KubectlScope,
  name: string,
  minReplicas: number,
  usual: string | null,
): Promise<void> {
  const change = { metadata: { annotations: { [ANNOTATION]: usual } }, spec: { minReplicas } };
  await kubectl(scope, [
    "patch",
    "horizontalpodautoscaler",
    name,
    "--type=merge",
    `--patch=${JSON.stringify(change)}`,
  ]);
}
