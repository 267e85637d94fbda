import { z } from "zod";

/**
 * The part of Kubernetes's pod template that the laptop obeys, with the API server's defaults.
 * What isn't named here (security context, affinity, tolerations, init containers' images…) only a cluster can give.
 */
const Port = z.union([z.number().int(), z.string()]);
const HttpHeader = z.object({ name: z.string(), value: z.string() });
const HttpGet = z.object({
  path: z.string().default("/"),
  port: Port,
  scheme: z.enum(["HTTP", "HTTPS"]).default("HTTP"),
  httpHeaders: z.array(HttpHeader).default([]),
});
const Exec = z.object({ command: z.array(z.string()).min(1) });

const Probe = z
  .object({
    httpGet: HttpGet.optional(),
    tcpSocket: z.object({ port: Port }).optional(),
    exec: Exec.optional(),
    initialDelaySeconds: z.number().min(0).default(0),
    periodSeconds: z.number().min(1).default(10),
    timeoutSeconds: z.number().min(1).default(1),
    successThreshold: z.number().int().min(1).default(1),
    failureThreshold: z.number().int().min(1).default(3),
    terminationGracePeriodSeconds: z.number().min(0).optional(),
  })
  .refine((probe) => probe.httpGet ?? probe.tcpSocket ?? probe.exec, {
    message: "needs httpGet, tcpSocket or exec (grpc isn't spoken here)",
  });

const KeyRef = z.object({ name: z.string(), key: z.string(), optional: z.boolean().default(false) });
const FieldRef = z.object({ fieldPath: z.string() });
const ResourceFieldRef = z.object({
  resource: z.string(),
  divisor: z.union([z.string(), z.number()]).default("1"),
});

const EnvVar = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, "a pod's process is started by sh, which drops names that aren't identifiers"),
  value: z.string().optional(),
  valueFrom: z
    .strictObject({
      fieldRef: FieldRef.loose().optional(),
      resourceFieldRef: ResourceFieldRef.loose().optional(),
      configMapKeyRef: KeyRef.optional(),
      secretKeyRef: KeyRef.optional(),
    })
    .optional(),
});

const WholeRef = z.object({ name: z.string(), optional: z.boolean().default(false) });
const EnvFrom = z.object({
  prefix: z.string().default(""),
  configMapRef: WholeRef.optional(),
  secretRef: WholeRef.optional(),
});

const Hook = z.object({
  httpGet: HttpGet.optional(),
  exec: Exec.optional(),
  sleep: z.object({ seconds: z.number().min(0) }).optional(),
});

const Quantities = z.record(z.string(), z.union([z.string(), z.number()])).default({});

const Container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).default([]),
  workingDir: z.string().optional(),
  env: z.array(EnvVar).default([]),
  envFrom: z.array(EnvFrom).default([]),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number().int() })).default([]),
  resources: z.object({ limits: Quantities, requests: Quantities }).prefault({}),
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() }))
    .default([]),
  startupProbe: Probe.optional(),
  livenessProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
  lifecycle: z.object({ preStop: Hook.optional() }).optional(),
});

const Item = z.object({ key: z.string(), path: z.string(), mode: z.number().optional() });
const ConfigMapSource = z.object({
  name: z.string(),
  items: z.array(Item).optional(),
  optional: z.boolean().default(false),
});
const DownwardItem = z.object({
  path: z.string(),
  fieldRef: FieldRef.optional(),
  resourceFieldRef: ResourceFieldRef.optional(),
});
const DownwardSource = z.object({ items: z.array(DownwardItem).default([]) });

const Volume = z.object({
  name: z.string(),
  emptyDir: z.unknown().optional(),
  configMap: ConfigMapSource.optional(),
  secret: ConfigMapSource.omit({ name: true }).extend({ secretName: z.string() }).optional(),
  downwardAPI: DownwardSource.optional(),
  projected: z
    .object({
      sources: z.array(
        z.strictObject({
          configMap: ConfigMapSource.optional(),
          secret: ConfigMapSource.optional(),
          downwardAPI: DownwardSource.optional(),
        }),
      ),
    })
    .optional(),
  csi: z
    .object({
      driver: z.literal("secrets-store.csi.k8s.io"),
      volumeAttributes: z.object({ secretProviderClass: z.string() }),
    })
    .optional(),
});

const Spread = z.object({
  maxSkew: z.number().int().min(1),
  topologyKey: z.string(),
  whenUnsatisfiable: z.enum(["DoNotSchedule", "ScheduleAnyway"]).default("DoNotSchedule"),
  labelSelector: z.strictObject({ matchLabels: z.record(z.string(), z.string()).default({}) }).prefault({}),
  nodeTaintsPolicy: z.enum(["Honor", "Ignore"]).default("Ignore"),
});

const StringMap = z.record(z.string(), z.string()).default({});

/** `spec.template` of a Deployment or Job. */
export const PodTemplate = z.object({
  metadata: z.object({ labels: StringMap, annotations: StringMap }).prefault({}),
  spec: z.object({
    containers: z.tuple([Container], {
      error: "needs exactly one container: on a laptop a pod is one process",
    }),
    initContainers: z.array(z.unknown()).max(0, "aren't run on a laptop; use a Job").default([]),
    volumes: z.array(Volume).default([]),
    topologySpreadConstraints: z.array(Spread).default([]),
    nodeSelector: StringMap,
    serviceAccountName: z.string().default("default"),
    terminationGracePeriodSeconds: z.number().min(0).default(30),
  }),
});

export type PodTemplate = z.infer<typeof PodTemplate>;
export type PodContainer = z.infer<typeof Container>;
export type ProbeSpec = z.infer<typeof Probe>;
export type HttpGet = z.infer<typeof HttpGet>;
export type Hook = z.infer<typeof Hook>;
export type Volume = z.infer<typeof Volume>;
export type DownwardItem = z.infer<typeof DownwardItem>;
