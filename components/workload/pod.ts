import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ADMIN_PORT, HTTP_PORT } from "../../config/index.ts";

export type Volume = k8s.types.input.core.v1.Volume;
type Probe = k8s.types.input.core.v1.Probe;
type PodTemplate = k8s.types.input.core.v1.PodTemplateSpec;
type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;

/** A volume and where the container sees it. */
export interface Mount {
  volume: pulumi.Input<Volume>;
  /** Name of the volume. */
  name: string;
  path: string;
  /** Whether the container may write there. @default false */
  writable?: boolean;
}

/** A volume, and the folder in which the container sees it. */
export function mount(name: string, path: string, source: Omit<Volume, "name">): Mount {
  return { name, path, volume: { name, ...source } };
}

/** What a pod does before its container starts: a command of the same image, which must end well. */
export interface Preparation {
  /** Of the init container. */
  name: string;
  command: string[];
  /** Beside those that say which pod it is. */
  env: Record<string, pulumi.Input<string>>;
  /** Those of the pod's mounts that it has. */
  mounts: Mount[];
}

export interface PodArgs {
  /** The service's name, which the container and the labels carry. */
  service: string;
  /** Sets these pods apart from others of the service, of other versions. @default the service has one */
  version?: string;
  image: pulumi.Input<string>;
  /** Nodes that the pods go to while there is room: those that face clients, or the database. @default "app" */
  tier?: NodeTier;
  /** @default the service's name */
  serviceAccount?: string;
  /** Gives the pod a token for Kubernetes' API. @default false */
  serviceAccountToken?: boolean;
  /** Whether the pod is told its address, as `POD_IP`. @default false */
  ownAddress?: boolean;
  /** Name of the PriorityClass. @default the cluster's */
  priorityClass?: pulumi.Input<string>;
  /** @default ["node", "/app/main.js"] */
  command?: string[];
  /** @default nothing: the container starts at once */
  preparation?: Preparation | undefined;
  env: Record<string, pulumi.Input<string>>;
  mounts?: Mount[];
  /** What the scheduler sets aside. @default { cpu: "100m", memory: "256Mi" } */
  requests?: { cpu: string; memory: string };
  /** A container that takes more is killed. @default "512Mi" */
  memoryLimit?: string;
}

/** What a node is for: `web` faces clients, `app` the database, `burst` takes either when the others are full. */
export type NodeTier = "web" | "app" | "burst";

/** Node label that holds it. */
export const TIER_LABEL = "trizone/tier";

/** Kubernetes' placeholder, for pods that do nothing and end at once on SIGTERM. */
export const PAUSE_IMAGE =
  "registry.k8s.io/pause:3.10@sha256:ee6521f290b2168b6e0935a181d4cff9be1ac3f505666ef0e3c98fae8199917a";

/** The user that the images' files are readable to. */
export const UID = 10001;

/** Pod Security Standards' "restricted" profile. */
export const POD_SECURITY = {
  runAsNonRoot: true,
  runAsUser: UID,
  runAsGroup: UID,
  fsGroup: UID,
  seccompProfile: { type: "RuntimeDefault" },
};

export const CONTAINER_SECURITY = {
  runAsNonRoot: true,
  runAsUser: UID,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
};

/** What the pods of one release have in common: Deployments and Argo Rollouts each set a label of their own. */
export const RELEASE_LABELS = { deployment: "pod-template-hash", rollout: "rollouts-pod-template-hash" };

/** Seconds that a pod has to end, from the moment at which Kubernetes decides that it shall. */
const GRACE_SECONDS = 30;

/**
 * Seconds of those before SIGTERM, in which the pod still serves while endpoints and target groups drop it: a
 * balancer's nodes go on sending for some seconds after the controller has deregistered it. A pod's own wait
 * (`TERMINATION_LAME_DUCK_MS`) is only for the connections that are left then.
 */
const DEREGISTER_SECONDS = 10;

/** Labels of a service's pods, or, with a version, of that version's alone. */
export function podLabels(service: string, version?: string): Record<string, string> {
  const labels = { "app.kubernetes.io/name": service, "app.kubernetes.io/part-of": "trizone" };
  return version === undefined ? labels : { ...labels, "app.kubernetes.io/version": version };
}

/**
 * A pod that serves: both ports, probes, spread over zones and hosts.
 *
 * @param release one of `RELEASE_LABELS` @default a Deployment's
 */
export function servingPod(args: PodArgs, release?: string): PodTemplate {
  const spec = podSpec(args, {
    ports: [
      { name: "http", containerPort: HTTP_PORT },
      { name: "admin", containerPort: ADMIN_PORT },
    ],
    startupProbe: probe("/startupz", { periodSeconds: 5, failureThreshold: 30 }),
    livenessProbe: probe("/livez", { periodSeconds: 10, failureThreshold: 3 }),
    readinessProbe: probe("/readyz", { periodSeconds: 5, failureThreshold: 3 }),
    lifecycle: { preStop: { sleep: { seconds: DEREGISTER_SECONDS } } },
  });
  const labels = podLabels(args.service, args.version);
  return {
    metadata: { labels },
    spec: { ...spec, ...spread(labels, args.tier, release), terminationGracePeriodSeconds: GRACE_SECONDS },
  };
}

/** A pod that does one thing and ends. */
export function jobPod(args: PodArgs): PodTemplate {
  return {
    metadata: { labels: podLabels(args.service) },
    spec: { ...podSpec(args, {}), restartPolicy: "Never" },
  };
}

function podSpec(args: PodArgs, container: Partial<Container>): PodSpec {
  const { service, image, preparation, mounts = [] } = args;
  // A CPU limit would only throttle what idle CPUs could have done; requests already share a busy node fairly.
  const resources = {
    requests: { ...(args.requests ?? { cpu: "100m", memory: "256Mi" }) },
    limits: { memory: args.memoryLimit ?? "512Mi" },
  };
  return {
    serviceAccountName: args.serviceAccount ?? service,
    automountServiceAccountToken: args.serviceAccountToken ?? false,
    priorityClassName: args.priorityClass,
    enableServiceLinks: false,
    securityContext: POD_SECURITY,
    initContainers: preparation && [
      {
        name: preparation.name,
        image,
        command: preparation.command,
        env: environment({ service, env: preparation.env }),
        volumeMounts: volumeMounts(preparation.mounts),
        resources,
        securityContext: CONTAINER_SECURITY,
      },
    ],
    containers: [
      {
        name: service,
        image,
        command: args.command ?? ["node", "/app/main.js"],
        env: environment(args),
        volumeMounts: volumeMounts(mounts),
        resources,
        securityContext: CONTAINER_SECURITY,
        ...container,
      },
    ],
    volumes: mounts.map(({ volume }) => volume),
  };
}

function volumeMounts(mounts: Mount[]) {
  return mounts.map(({ name, path, writable }) => ({
    name,
    mountPath: path,
    ...(writable ? {} : { readOnly: true }),
  }));
}

function environment({ service, env, ownAddress }: Pick<PodArgs, "service" | "env" | "ownAddress">) {
  const fields = {
    POD_NAME: "metadata.name",
    ZONE: "metadata.labels['topology.kubernetes.io/zone']",
    ...(ownAddress && { POD_IP: "status.podIP" }),
  };
  const own = {
    SERVICE: service,
    HTTP_PORT: String(HTTP_PORT),
    ADMIN_PORT: String(ADMIN_PORT),
    // Kubernetes counts the time before SIGTERM too.
    TERMINATION_GRACE_MS: String((GRACE_SECONDS - DEREGISTER_SECONDS) * 1000),
    ...env,
  };
  return [
    ...Object.entries(own).map(([name, value]) => ({ name, value })),
    ...Object.entries(fields).map(([name, fieldPath]) => ({ name, valueFrom: { fieldRef: { fieldPath } } })),
  ];
}

function probe(path: string, times: { periodSeconds: number; failureThreshold: number }): Probe {
  return { httpGet: { path, port: "admin" }, timeoutSeconds: 2, ...times };
}

/**
 * As many pods in each zone as in any other that takes pods. A zone whose nodes are all cordoned, as a zonal shift of
 * EKS leaves them, or not ready, doesn't count: by Kubernetes' default it would, as a zone of no pods that no other may
 * exceed by more than one, and every further pod would wait until it is back.
 */
export const OVER_ZONES = {
  topologyKey: "topology.kubernetes.io/zone",
  maxSkew: 1,
  nodeTaintsPolicy: "Honor",
};

/**
 * As many pods in each zone, on different hosts where there are enough.
 *
 * @param release one of `RELEASE_LABELS`
 */
export function spread(
  matchLabels: Record<string, string>,
  tier: NodeTier = "app",
  release = RELEASE_LABELS.deployment,
): Partial<PodSpec> {
  const labelSelector = { matchLabels };
  return {
    topologySpreadConstraints: [
      {
        ...OVER_ZONES,
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector,
        // A rollout spreads its own pods; the ones it replaces don't count.
        matchLabelKeys: [release],
      },
    ],
    affinity: {
      // Preferred: a pod elsewhere serves better than a pod that waits.
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 50,
            preference: { matchExpressions: [{ key: TIER_LABEL, operator: "In", values: [tier] }] },
          },
        ],
      },
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector } },
        ],
      },
    },
  };
}
