import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { json, operatorFailures } from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import type { ModelReport } from "./serving/index.ts";

const share = z.number().int().openapi({ description: "Percent of the users" });

const Deployment = z.object({
  schema: z.literal(1),
  revision: z.number().int().openapi({ description: "One more with each change" }),
  at: z.iso.datetime(),
  by: z.string(),
  current: z.string(),
  previous: z.string().optional(),
  split: z.array(z.object({ version: z.string(), weight: share })).optional(),
  candidate: z
    .object({ version: z.string(), mode: z.enum(["canary", "shadow"]), share })
    .optional()
    .openapi({ description: "A canary answers its share; what a shadow says is only compared" }),
});

const Drift = z.object({
  predictions: z.number().int().openapi({ description: "The newest ones, which were looked at" }),
  drifted: z.boolean(),
  features: z.array(
    z.object({
      feature: z.enum(["label", "confidence", "tokens", "unknown"]),
      psi: z.number().openapi({ description: "Population stability index" }),
      p: z.number().openapi({ description: "Chance of as much where nothing has changed" }),
      drifted: z.boolean(),
    }),
  ),
});

const Version = z.object({
  version: z.string(),
  state: z.enum(["waiting", "fetching", "loading", "comparing", "ready", "refused", "rolled back"]),
  since: z.string(),
  reason: z.string().optional().openapi({ description: "Why it waits or is refused" }),
  labels: z.array(z.string()).readonly().optional(),
  created: z.string().optional(),
  metrics: z.record(z.string(), z.unknown()).optional().openapi({ description: "As its manifest says" }),
  drift: Drift.optional().openapi({ description: "Of its newest predictions, once there are enough" }),
});

const count = z.number().int();

/** What operators see of the model. */
export const Models = z
  .object({
    notReady: z.string().optional().openapi({ description: "Why no version answers" }),
    serving: z.string().optional().openapi({ description: "The version that answers, if no other is tried" }),
    deployment: Deployment.optional(),
    bucketProblem: z.string().optional(),
    versions: z.array(Version),
    candidate: z
      .object({ analyses: count, errors: count, compared: count, disagreed: count })
      .optional()
      .openapi({ description: "What the candidate did so far" }),
  })
  .openapi("Models", { description: "As the pod that answers sees them" });

const getModels = createRoute({
  method: "get",
  path: "/api/models",
  summary: "The versions of the model: who gets which, and whether answers drift",
  responses: {
    200: { description: "As they are now", content: json(Models) },
    ...operatorFailures,
  },
});

/** Adds the route of what operators see of the model. */
export function addModelsRoute(app: OpenAPIHono<KitEnv>, report: () => ModelReport): void {
  app.openapi(getModels, (c) => c.json(report(), 200));
}
