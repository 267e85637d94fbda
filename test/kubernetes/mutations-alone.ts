import { type Case, first, pod } from "./mutation.ts";

/** Of an object that is wrong by itself. */
export const ALONE: Case[] = [
  ["a text for a number", "Deployment web", (o) => (pod(o).terminationGracePeriodSeconds = "30"), /integer/],
  ["a missing field", "HorizontalPodAutoscaler web", (o) => delete o.spec.maxReplicas, /maxReplicas/],
  [
    "a protocol nobody speaks",
    "NetworkPolicy network-policies-web",
    (o) => (o.spec.egress[0].ports[0].protocol = "udp"),
    /protocol/,
  ],
  [
    "an API of another age",
    "PodDisruptionBudget web",
    (o) => (o.apiVersion = "policy/v1beta7"),
    /Kubernetes has no/,
  ],
  ["a capital in a name", "Deployment web", (o) => (o.metadata.name = "Web"), /metadata\.name Web/],
  [
    "a name that ends in a dash",
    "ServiceAccount web",
    (o) => (o.metadata.name = "web-"),
    /metadata\.name web-/,
  ],
  [
    "a long name of a schedule",
    "CronJob pre-scaling-open",
    (o) => (o.metadata.name = "a".repeat(53)),
    /metadata\.name/,
  ],
  ["no namespace", "Service web", (o) => delete o.metadata.namespace, /no metadata\.namespace/],
  [
    "a blank in a label",
    "Deployment web",
    (o) => (o.spec.template.metadata.labels.tier = "a b"),
    /labels tier=a b/,
  ],
  [
    "an annotation with two slashes",
    "Service web",
    (o) => (o.metadata.annotations = { "a/b/c": "" }),
    /annotation a\/b\/c/,
  ],
  [
    "no quantity",
    "Deployment web",
    (o) => (first(o).resources.limits.memory = "512 MB"),
    /format "quantity"/,
  ],
  [
    "a request above its limit",
    "Deployment web",
    (o) => (first(o).resources.requests.memory = "1Gi"),
    /more memory than its limit/,
  ],
  [
    "a Job that always restarts",
    "Job migrations",
    (o) => (pod(o).restartPolicy = "Always"),
    /restartPolicy Always/,
  ],
  [
    "a schedule of four fields",
    "CronJob pre-scaling-open",
    (o) => (o.spec.schedule = "0 9 * *"),
    /schedule 0 9/,
  ],
  [
    "a time zone of nowhere",
    "CronJob pre-scaling-open",
    (o) => (o.spec.timeZone = "Australia/Sidney"),
    /Sidney/,
  ],
  [
    "an update that can't begin",
    "Deployment web",
    (o) => (o.spec.strategy.rollingUpdate = { maxSurge: 0, maxUnavailable: 0 }),
    /both 0/,
  ],
];
