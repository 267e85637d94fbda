import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { POSTGRES_PORT } from "../../config/index.ts";
import { CONTAINER_SECURITY, type Mount, POD_SECURITY, podLabels, spread } from "../workload/index.ts";
import { FOLDERS, POOLER_SCRIPT } from "./pooler-settings.ts";

type PodTemplate = k8s.types.input.core.v1.PodTemplateSpec;

const RESOURCES = { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "128Mi" } };

/** Copies the database's CA certificates out of the service's image, since PgBouncer's has none. */
const COPY = `require("node:fs").copyFileSync(process.env.NODE_EXTRA_CA_CERTS, "${FOLDERS.trust}/ca.pem")`;

export interface PoolerPodArgs {
  /** Of the pods and their service account. */
  name: string;
  /** PgBouncer 1.21 or later with a shell, by digest: `registry/name@sha256:…`. */
  image: string;
  /** An image with Node that knows the database's certificates: a service's. */
  trust: pulumi.Input<string>;
  /** Name of the ConfigMap with `pgbouncer.ini`. */
  settings: pulumi.Input<string>;
  /** The services' credentials, each in a folder of its name. */
  logins: Mount[];
  /** Name of the PriorityClass. @default the cluster's */
  priorityClass?: pulumi.Input<string>;
}

/** A pod of PgBouncer, spread as the services' are. */
export function poolerPod(args: PoolerPodArgs): PodTemplate {
  const { name, image, trust, logins, settings, priorityClass } = args;
  const container = { resources: RESOURCES, securityContext: CONTAINER_SECURITY };
  const answers = { tcpSocket: { port: "postgres" }, timeoutSeconds: 2 };
  return {
    metadata: { labels: podLabels(name) },
    spec: {
      serviceAccountName: name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      priorityClassName: priorityClass,
      securityContext: POD_SECURITY,
      terminationGracePeriodSeconds: 30,
      ...spread(podLabels(name)),
      initContainers: [
        {
          name: "trust",
          image: trust,
          command: ["node", "-e", COPY],
          volumeMounts: [{ name: "trust", mountPath: FOLDERS.trust }],
          ...container,
        },
      ],
      containers: [
        {
          name,
          image,
          command: ["/bin/sh", "-c", POOLER_SCRIPT],
          ports: [{ name: "postgres", containerPort: POSTGRES_PORT }],
          startupProbe: { ...answers, periodSeconds: 5, failureThreshold: 30 },
          livenessProbe: { ...answers, periodSeconds: 10, failureThreshold: 3 },
          readinessProbe: { ...answers, periodSeconds: 5, failureThreshold: 3 },
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
          volumeMounts: [
            { name: "settings", mountPath: FOLDERS.settings, readOnly: true },
            { name: "trust", mountPath: FOLDERS.trust, readOnly: true },
            { name: "run", mountPath: FOLDERS.run },
            ...logins.map(({ name, path }) => ({ name, mountPath: path, readOnly: true })),
          ],
          ...container,
        },
      ],
      volumes: [
        { name: "settings", configMap: { name: settings } },
        { name: "trust", emptyDir: {} },
        // In memory: it holds the passwords.
        { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
        ...logins.map(({ volume }) => volume),
      ],
    },
  };
}
