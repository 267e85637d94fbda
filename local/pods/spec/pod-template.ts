import { z } from "zod";

/**
 * The part of Kubernetes's pod template that the laptop obeys, with the API server's defaults.
 * What isn't named here (security context, affinity, tolerations…) only a cluster can give.
 */
const HttpGet = z.strictObject(
  { path: z.string().default("/"), port: z.union([z.number().int(), z.string()]) },
  "a laptop asks by httpGet over plain HTTP only, with a path and a port",
);

const Probe = z.object({
  httpGet: HttpGet,
  initialDelaySeconds: z.number().min(0).default(0),
  periodSeconds: z.number().min(1).default(10),
  timeoutSeconds: z.number().min(1).default(1),
  successThreshold: z.number().int().min(1).default(1),
  failureThreshold: z.number().int().min(1).default(3),
  terminationGracePeriodSeconds: z.number().min(0).optional(),
});

const EnvVar = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, "a pod's process is started by sh, which drops names that aren't identifiers"),
  value: z.string().optional(),
  valueFrom: z
    .strictObject(
      { fieldRef: z.object({ fieldPath: z.string() }) },
      "a laptop knows fieldRef only; mount a ConfigMap or Secret as a volume instead",
    )
    .optional(),
});

const Quantities = z.record(z.string(), z.union([z.string(), z.number()])).default({});

const Container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).default([]),
  workingDir: z.string().optional(),
  env: z.array(EnvVar).default([]),
  envFrom: z.array(z.unknown()).max(0, "isn't read on a laptop; name each variable in env").default([]),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number().int() })).default([]),
  resources: z.object({ limits: Quantities, requests: Quantities }).prefault({}),
  volumeMounts: z
    .array(
      z.strictObject(
        { name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() },
        "a laptop mounts whole volumes; give name, mountPath and readOnly only",
      ),
    )
    .default([]),
  startupProbe: Probe.optional(),
  livenessProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
  lifecycle: z
    .object({
      preStop: z
        .strictObject(
          { sleep: z.object({ seconds: z.number().min(0) }) },
          "a laptop knows preStop's sleep only",
        )
        .optional(),
    })
    .optional(),
});

const InitContainer = Container.extend({
  restartPolicy: z.undefined("a laptop knows init containers that end, and no sidecars").optional(),
});

/** A volume's files are a ConfigMap's or Secret's entries, all of them. */
const mode = z.number().optional();

const Volume = z
  .object({
    name: z.string(),
    emptyDir: z.unknown().optional(),
    configMap: z.strictObject({ name: z.string(), defaultMode: mode }).optional(),
    secret: z.strictObject({ secretName: z.string(), defaultMode: mode }).optional(),
    csi: z
      .object({
        driver: z.literal("secrets-store.csi.k8s.io"),
        volumeAttributes: z.object({ secretProviderClass: z.string() }),
      })
      .optional(),
  })
  .refine(
    (volume) => volume.emptyDir ?? volume.configMap ?? volume.secret ?? volume.csi,
    "a laptop knows emptyDir, configMap, secret and secrets-store csi; use one of those",
  );

const Spread = z.object({
  maxSkew: z.number().int().min(1),
  topologyKey: z.string(),
  whenUnsatisfiable: z.enum(["DoNotSchedule", "ScheduleAnyway"]).default("DoNotSchedule"),
  labelSelector: z.strictObject({ matchLabels: z.record(z.string(), z.string()).default({}) }).prefault({}),
  nodeTaintsPolicy: z.enum(["Honor", "Ignore"]).default("Ignore"),
});

const StringMap = z.record(z.string(), z.string()).default({});

const Certified = z.looseObject({
  spec: z.looseObject({
    containers: z.array(
      z.looseObject({
        env: z.array(z.looseObject({ value: z.unknown().optional() })).default([]),
        volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
      }),
    ),
    volumes: z.array(
      z.looseObject({ name: z.string(), csi: z.looseObject({ driver: z.string() }).optional() }),
    ),
  }),
});

/**
 * A pod without cert-manager's certificates: on a laptop nothing leaves the machine, so pods speak plain HTTP there. The
 * volumes go, and the variables that name files in them, by which a container knows that it is to speak HTTPS.
 */
function withoutCertificates(template: unknown): unknown {
  const read = Certified.safeParse(template);
  if (!read.success) return template;
  const { spec, ...rest } = read.data;
  const isCertificate = ({ csi }: (typeof spec.volumes)[number]) => csi?.driver === "csi.cert-manager.io";
  const names = new Set(spec.volumes.filter(isCertificate).map(({ name }) => name));
  const containers = spec.containers.map(({ env, volumeMounts, ...container }) => {
    const paths = volumeMounts.filter(({ name }) => names.has(name)).map(({ mountPath }) => mountPath);
    const isInside = (value: unknown) =>
      paths.some((path) => value === path || (typeof value === "string" && value.startsWith(`${path}/`)));
    return {
      ...container,
      env: env.filter(({ value }) => !isInside(value)),
      volumeMounts: volumeMounts.filter(({ name }) => !names.has(name)),
    };
  });
  const volumes = spec.volumes.filter((volume) => !isCertificate(volume));
  return { ...rest, spec: { ...spec, containers, volumes } };
}

/** `spec.template` of a Deployment or Job. */
export const PodTemplate = z.preprocess(
  withoutCertificates,
  z.object({
    metadata: z.object({ labels: StringMap, annotations: StringMap }).prefault({}),
    spec: z.object({
      containers: z.tuple([Container], {
        error: "needs exactly one container: on a laptop a pod is one process",
      }),
      initContainers: z.array(InitContainer).default([]),
      volumes: z.array(Volume).default([]),
      topologySpreadConstraints: z.array(Spread).default([]),
      nodeSelector: StringMap,
      priorityClassName: z.string().optional(),
      serviceAccountName: z.string().default("default"),
      terminationGracePeriodSeconds: z.number().min(0).default(30),
    }),
  }),
);

export type PodTemplate = z.infer<typeof PodTemplate>;
export type PodContainer = z.infer<typeof Container>;
export type ProbeSpec = z.infer<typeof Probe>;
export type Volume = z.infer<typeof Volume>;
