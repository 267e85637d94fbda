import { z } from "zod";
import { IMAGES, SERVICES } from "./services.ts";
import { count, json, text } from "./values.ts";

export const Delivery = json(
  z.strictObject({
    /**
     * How a new version comes: pod after pod, or by Argo Rollouts to a tenth, a half and all, and back if it is worse.
     */
    strategy: z.enum(["rolling", "canary"], { error: "expected rolling or canary" }).default("rolling"),
    /** A/B for models: a service whose requests go to versions of it, each with its model. Layers need it in both. */
    modelSplit: z
      .strictObject({
        service: z.enum(SERVICES, { error: `expected one of ${SERVICES.join(", ")}` }),
        versions: z.array(
          z.strictObject({
            model: text("at most six letters, digits and hyphens", /^[a-z0-9]([a-z0-9-]{0,4}[a-z0-9])?$/),
            /** Percent of the requests. */
            weight: count(0, 100),
          }),
        ),
      })
      .optional(),
    /** For layer foundation: the repository of what `trizone manifests` wrote, which Argo CD keeps the cluster to. */
    gitOps: z
      .strictObject({
        repository: text("a Git repository's URL", /^(https:\/\/|ssh:\/\/|git@)\S+$/),
        path: text("a folder in it"),
        revision: text("a branch, tag or commit").default("main"),
      })
      .optional(),
  }),
);

export const Guard = json(
  z
    .strictObject({
      /**
       * What the zone guard does about a sick zone: only says so, says what to do, or shifts the zone away. @default act
       * on a laptop, recommend elsewhere: that shifts are made without asking is decided once recommendations were seen
       */
      mode: z
        .enum(["observe", "recommend", "act"], { error: "expected observe, recommend or act" })
        .optional(),
      /** Where it reads golden signals: the pods themselves, or Prometheus, which has them some scrapes later. */
      source: z.enum(["pods", "prometheus"], { error: "expected pods or prometheus" }).default("pods"),
      /** URL of Prometheus' HTTP API inside the cluster. */
      prometheusUrl: z.url({ protocol: /^https?$/, error: "expected an http or https URL" }).optional(),
    })
    .refine(({ source, prometheusUrl }) => source === "pods" || prometheusUrl !== undefined, {
      path: ["prometheusUrl"],
      error: "missing: the URL of the Prometheus that source names",
    }),
);

export const Echoes = json(
  z.strictObject({
    /** Each is a Deployment of its own, and answers under `<name>.<domain>`. */
    names: z
      .array(text("at most twelve letters, digits and hyphens", /^[a-z][a-z0-9-]{0,10}[a-z0-9]$/))
      .min(1)
      .max(5)
      .refine((names) => new Set(names).size === names.length, { error: "expected each name once" })
      .refine((names) => !names.some((name) => (IMAGES as readonly string[]).includes(name)), {
        error: "expected no name of a service",
      }),
    domain: text("a DNS name", /^[a-z0-9-]+(\.[a-z0-9-]+)*$/).default("localhost"),
    /** For target kubernetes: the IngressClass that routes their hosts. */
    ingressClass: text("an IngressClass's name", /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/).default("traefik"),
  }),
);
