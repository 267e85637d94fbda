import { holds, type Mutation } from "./pack.ts";

export const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const CRON_JOB = "kubernetes:batch/v1:CronJob";
export const LABELS = { "app.kubernetes.io/name": "web", "app.kubernetes.io/part-of": "trizone" };
const IMAGE = `registry.example/web@sha256:${"a".repeat(64)}`;
const probe = { httpGet: { path: "/readyz", port: "admin" } };

export const container = {
  name: "web",
  image: IMAGE,
  command: ["node", "/app/main.js", "--config=/etc/app"],
  env: [
    { name: "DATABASE_CREDENTIALS", value: "/var/run/database" },
    { name: "POSTGRES_PASSWORD_FILE", value: "/var/run/database/password" },
    { name: "DATABASE_URL", value: "postgresql://db:5432/trizone?sslmode=verify-full" },
    { name: "TOKEN_TTL", value: "300" },
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
  ],
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
  securityContext: {
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
  },
};

export const pod = {
  securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
  initContainers: [container],
  containers: [container],
  volumes: [{ name: "tmp", emptyDir: {} }],
  topologySpreadConstraints: [
    {
      topologyKey: "topology.kubernetes.io/zone",
      maxSkew: 1,
      whenUnsatisfiable: "DoNotSchedule",
      nodeTaintsPolicy: "Honor",
      labelSelector: { matchLabels: LABELS },
    },
  ],
};

export const deployment = { spec: { replicas: 3, template: { metadata: { labels: LABELS }, spec: pod } } };
const cronJob = { spec: { jobTemplate: { spec: { template: { spec: pod } } } } };

/** The same mutations of a container in a Deployment, and of the init container of a CronJob. */
export function everywhere(policy: string, mutations: Mutation[]): void {
  const at = (prefix: string) =>
    mutations.map(([path, value, reason]): Mutation => [`${prefix}.${path}`, value, reason]);
  holds(policy, DEPLOYMENT, deployment, at("spec.template.spec.containers.0"));
  holds(policy, CRON_JOB, cronJob, at("spec.jobTemplate.spec.template.spec.initContainers.0"));
}
