import { z } from "zod";
import { ARGO } from "./argo-resources.ts";
import { CLUSTER_WIDE } from "./names.ts";
import { called, type KubernetesObject } from "./objects.ts";

const text = z.string().min(1);
const name = z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
const portName = z.string().regex(/^(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/);
const port = z.int().min(1).max(65_535);
const promDuration = z.string().regex(/^(\d+(ms|[smhdwy]))+$/);
const labels = z.record(z.string(), z.string());
const selector = z.strictObject({ matchLabels: labels });

/** Prometheus' own: recording rules may have colons in their names, labels may not. */
const metricName = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/);

const rule = z.union([
  z.strictObject({ record: metricName, expr: text, labels: z.record(labelName, text).optional() }),
  z.strictObject({
    alert: text,
    expr: text,
    for: promDuration.optional(),
    labels: z.record(labelName, text).optional(),
    annotations: z.record(labelName, text).optional(),
  }),
]);

const secretObjects = z.array(
  z.strictObject({
    objectName: text,
    objectType: z.enum(["secretsmanager", "ssmparameter"]).optional(),
    objectAlias: text.optional(),
    jmesPath: z.array(z.strictObject({ path: text, objectAlias: text })).optional(),
  }),
);

/** The fields that the program sets, and no others, as the projects' own references describe them. */
const SPECS: Record<string, z.ZodType> = {
  // https://secrets-store-csi-driver.sigs.k8s.io/concepts, https://github.com/aws/secrets-store-csi-driver-provider-aws#secretproviderclass-options
  "secrets-store.csi.x-k8s.io/v1 SecretProviderClass": z.strictObject({
    provider: z.literal("aws"),
    parameters: z.strictObject({
      // The parameters are strings: the list is YAML, of which JSON is a part, and the flag is "true".
      objects: z.string().transform(parsed).pipe(secretObjects),
      region: z
        .string()
        .regex(/^[a-z]{2}-[a-z]+-\d$/)
        .optional(),
      usePodIdentity: z.enum(["true", "false"]).optional(),
    }),
  }),
  // https://cert-manager.io/docs/reference/api-docs/
  "cert-manager.io/v1 ClusterIssuer": z.union([
    z.strictObject({ selfSigned: z.strictObject({}) }),
    z.strictObject({ ca: z.strictObject({ secretName: name }) }),
  ]),
  "cert-manager.io/v1 Certificate": z.strictObject({
    isCA: z.literal(true),
    commonName: text.max(64),
    secretName: name,
    duration: z.string().regex(/^\d+h$/),
    renewBefore: z.string().regex(/^\d+h$/),
    privateKey: z.strictObject({ algorithm: z.enum(["RSA", "ECDSA", "Ed25519"]), size: z.int().optional() }),
    issuerRef: z.strictObject({
      kind: z.enum(["ClusterIssuer", "Issuer"]),
      name,
      group: z.literal("cert-manager.io"),
    }),
  }),
  // https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/spec/
  "elbv2.k8s.aws/v1beta1 TargetGroupBinding": z.strictObject({
    serviceRef: z.strictObject({ name, port: z.union([port, portName]) }),
    targetGroupARN: z
      .string()
      .regex(/^arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/[\w-]{1,32}\/\w+$/),
    targetType: z.enum(["ip", "instance"]).optional(),
  }),
  // https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitorSpec
  "monitoring.coreos.com/v1 ServiceMonitor": z.strictObject({
    namespaceSelector: z.strictObject({ matchNames: z.array(name).min(1) }).optional(),
    selector,
    endpoints: z
      .array(
        z
          .strictObject({
            port: portName.optional(),
            targetPort: z.union([port, portName]).optional(),
            path: z.string().startsWith("/").optional(),
            interval: promDuration.optional(),
            scrapeTimeout: promDuration.optional(),
            honorLabels: z.boolean().optional(),
            relabelings: z
              .array(z.strictObject({ sourceLabels: z.array(labelName), targetLabel: labelName }))
              .optional(),
          })
          .refine(
            (one) => (one.port === undefined) !== (one.targetPort === undefined),
            "needs port or targetPort",
          ),
      )
      .min(1),
  }),
  // https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRuleSpec
  "monitoring.coreos.com/v1 PrometheusRule": z.strictObject({
    groups: z
      .array(z.strictObject({ name: text, interval: promDuration.optional(), rules: z.array(rule).min(1) }))
      .refine(
        (all) => new Set(all.map((group) => group.name)).size === all.length,
        "two groups have one name",
      ),
  }),
  ...ARGO,
};

const METADATA = z.strictObject({
  name,
  namespace: name,
  labels: labels.optional(),
  annotations: labels.optional(),
});

/** Kubernetes' own groups have no dot, or end in `k8s.io` and are not of its projects beside it. */
export function isCustomResource({ apiVersion }: KubernetesObject): boolean {
  const [group = ""] = apiVersion.split("/").slice(0, -1);
  return group.includes(".") && !(group.endsWith(".k8s.io") && !group.includes("x-k8s.io"));
}

/** What is wrong with an object of another project's kind. */
export function customResourceProblems(object: KubernetesObject): string[] {
  const { apiVersion, kind, metadata, spec, ...more } = object;
  const schema = SPECS[`${apiVersion} ${kind}`];
  if (!schema) return [`${called(object)}: no schema is known for ${apiVersion}`];
  const metadataOf = CLUSTER_WIDE.has(kind) ? METADATA.omit({ namespace: true }) : METADATA;
  const { error } = z.object({ metadata: metadataOf, spec: schema }).safeParse({ metadata, spec });
  return [
    ...Object.keys(more).map((field) => `${called(object)}: unknown field ${field}`),
    ...(error?.issues ?? []).map(({ path, message }) => `${called(object)}: ${path.join(".")} ${message}`),
  ];
}

function parsed(value: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
    return z.NEVER;
  }
}
