import { z } from "zod";

const text = z.string().min(1);
const name = z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
const duration = z.string().regex(/^\d+(ms|s|m|h)$/);
const percent = z.string().regex(/^\d{1,2}%$|^100%$/);
const selector = z.strictObject({ matchLabels: z.record(z.string(), z.string()) });

const analysisArg = z.strictObject({
  name: text,
  value: text.optional(),
  valueFrom: z.strictObject({ podTemplateHashValue: z.enum(["Latest", "Stable"]) }).optional(),
});

/** What the program sets of the specs of Argo's kinds, by API and kind. */
export const ARGO: Record<string, z.ZodType> = {
  // https://argo-rollouts.readthedocs.io/en/stable/features/specification/
  "argoproj.io/v1alpha1 Rollout": z.strictObject({
    replicas: z.int().min(0).optional(),
    selector,
    progressDeadlineSeconds: z.int().min(1).optional(),
    progressDeadlineAbort: z.boolean().optional(),
    workloadRef: z.strictObject({
      apiVersion: z.literal("apps/v1"),
      kind: z.literal("Deployment"),
      name,
      scaleDown: z.enum(["never", "onsuccess", "progressively"]).optional(),
    }),
    strategy: z.strictObject({
      canary: z.strictObject({
        maxSurge: z.union([z.int().min(0), percent]).optional(),
        maxUnavailable: z.union([z.int().min(0), percent]).optional(),
        steps: z
          .array(
            z.union([
              z.strictObject({ setWeight: z.int().min(0).max(100) }),
              z.strictObject({ pause: z.strictObject({ duration: duration.optional() }) }),
            ]),
          )
          .min(1),
        analysis: z
          .strictObject({
            startingStep: z.int().min(0).optional(),
            templates: z.array(z.strictObject({ templateName: name })).min(1),
            args: z.array(analysisArg).optional(),
          })
          .optional(),
      }),
    }),
  }),
  // https://argo-rollouts.readthedocs.io/en/stable/features/analysis/
  "argoproj.io/v1alpha1 AnalysisTemplate": z.strictObject({
    args: z.array(analysisArg).optional(),
    metrics: z
      .array(
        z.strictObject({
          name: text,
          interval: duration.optional(),
          initialDelay: duration.optional(),
          failureLimit: z.int().min(0).optional(),
          successCondition: text.optional(),
          provider: z.strictObject({ prometheus: z.strictObject({ address: z.url(), query: text }) }),
        }),
      )
      .min(1),
  }),
  // https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
  "argoproj.io/v1alpha1 Application": z.strictObject({
    project: name,
    source: z.strictObject({ repoURL: text, path: text, targetRevision: text.optional() }),
    destination: z.strictObject({ server: z.url(), namespace: name }),
    syncPolicy: z.strictObject({
      automated: z.strictObject({ prune: z.boolean(), selfHeal: z.boolean() }),
      syncOptions: z.array(z.string().regex(/^[A-Z]\w+=\w+$/)).optional(),
      retry: z
        .strictObject({
          limit: z.int(),
          backoff: z.strictObject({ duration, factor: z.int().min(1), maxDuration: duration }),
        })
        .optional(),
    }),
    ignoreDifferences: z
      .array(
        z.strictObject({ group: z.string(), kind: text, jsonPointers: z.array(z.string().startsWith("/")) }),
      )
      .optional(),
  }),
};
