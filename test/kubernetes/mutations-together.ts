import { type Case, first, pod, without } from "./mutation.ts";

/** Of objects that no longer find each other. */
export const DEV: Case[] = [
  [
    "a policy for no pods",
    "NetworkPolicy network-policies-web",
    (o) => (o.spec.podSelector.matchLabels["app.kubernetes.io/name"] = "wep"),
    /matches no pods/,
  ],
  [
    "a peer that is nobody",
    "NetworkPolicy network-policies-trading",
    (o) => (o.spec.ingress[0].from[0].podSelector.matchLabels["app.kubernetes.io/name"] = "gatewya"),
    /no pods are .*gatewya/,
  ],
  [
    "a port nobody has",
    "NetworkPolicy network-policies-trading",
    (o) => (o.spec.ingress[0].ports[0].port = 8081),
    /no port 8081/,
  ],
  [
    "an exception outside",
    "NetworkPolicy network-policies-gateway",
    (o) => (o.spec.egress[1].to[0].ipBlock = { cidr: "10.0.0.0/16", except: ["10.1.0.0/24"] }),
    /10\.1\.0\.0\/24 is not within/,
  ],
  [
    "a Service without pods",
    "Service web",
    (o) => (o.spec.selector["app.kubernetes.io/name"] = "wep"),
    /matches no pods/,
  ],
  ["a Service to no port", "Service web", (o) => (o.spec.ports[0].targetPort = "htpp"), /targetPort htpp/],
  [
    "a traffic distribution of no release",
    "Service web",
    (o) => (o.spec.trafficDistribution = "PreferZone"),
    /PreferZone/,
  ],
  [
    "a budget without pods",
    "PodDisruptionBudget web",
    (o) => (o.spec.selector.matchLabels["app.kubernetes.io/name"] = "wep"),
    /matches no pods/,
  ],
  [
    "two budgets for one pod",
    "PodDisruptionBudget web",
    (o) => (o.spec.selector = { matchLabels: { "app.kubernetes.io/part-of": "trizone" } }),
    /another budget/,
  ],
  [
    "an autoscaler of nothing",
    "HorizontalPodAutoscaler web",
    (o) => (o.spec.scaleTargetRef.name = "wep"),
    /no Deployment wep/,
  ],
  ["a share of nothing", "Deployment web", (o) => delete first(o).resources.requests.cpu, /share of cpu/],
  [
    "a selector of other pods",
    "Deployment web",
    (o) => (o.spec.selector.matchLabels.tier = "web"),
    /does not match its own pods/,
  ],
  [
    "a spread of other pods",
    "Deployment web",
    (o) => (pod(o).topologySpreadConstraints[0].labelSelector.matchLabels.tier = "web"),
    /counts other pods/,
  ],
  [
    "a probe of no port",
    "Deployment web",
    (o) => (first(o).livenessProbe.httpGet.port = "admni"),
    /livenessProbe asks at admni/,
  ],
  [
    "a mount of no volume",
    "Deployment trading",
    (o) => (pod(o).volumes[0].name = "other"),
    /mounts database, which is no volume/,
  ],
  [
    "a class of no secrets",
    "Deployment trading",
    (o) => (pod(o).volumes[0].csi.volumeAttributes.secretProviderClass = "x"),
    /no SecretProviderClass x/,
  ],
  [
    "a ConfigMap that is nowhere",
    "Deployment web",
    (o) => first(o).env.push({ name: "X", valueFrom: { configMapKeyRef: { name: "none", key: "x" } } }),
    /ConfigMap none x/,
  ],
  [
    "a variable twice",
    "Deployment web",
    (o) => first(o).env.push({ name: "SERVICE", value: "x" }),
    /SERVICE twice/,
  ],
  [
    "an account that is nowhere",
    "Deployment web",
    (_, all) => without(all, "ServiceAccount", "web"),
    /no ServiceAccount web/,
  ],
  [
    "a priority that is nowhere",
    "Deployment web",
    (o) => (pod(o).priorityClassName = "none"),
    /no PriorityClass none/,
  ],
  [
    "a namespace that is nowhere",
    "Deployment web",
    (_, all) => without(all, "Namespace", "trizone"),
    /no Namespace trizone/,
  ],
  ["a role that is nowhere", "RoleBinding pre-scaling", (o) => (o.roleRef.name = "none"), /no Role none/],
  ["an object twice", "Service web", (o, all) => all.push(structuredClone(o)), /there twice/],
  [
    "a target group of no Service",
    "TargetGroupBinding public-web",
    (o) => (o.spec.serviceRef.name = "wep"),
    /no Service wep/,
  ],
  [
    "a target group of no port",
    "TargetGroupBinding public-web",
    (o) => (o.spec.serviceRef.port = 80),
    /no port 80/,
  ],
  [
    "no target group",
    "TargetGroupBinding public-web",
    (o) => (o.spec.targetGroupARN = "public-web"),
    /targetGroupARN/,
  ],
  [
    "a monitor of no port",
    "ServiceMonitor trizone",
    (o) => (o.spec.endpoints[0].targetPort = "admni"),
    /port admni/,
  ],
  [
    "a monitor of nobody",
    "ServiceMonitor trizone",
    (o) => (o.spec.namespaceSelector.matchNames = ["trizoen"]),
    /no Service/,
  ],
  [
    "a rule that is two",
    "PrometheusRule trizone",
    (o) => (o.spec.groups[0].rules[0].alert = "X"),
    /rules\.0/,
  ],
  [
    "secrets that are no list",
    "SecretProviderClass logins-trading-files",
    (o) => (o.spec.parameters.objects = "{"),
    /parameters\.objects/,
  ],
  [
    "a kind that nobody described",
    "TargetGroupBinding public-web",
    (o) => (o.kind = "TargetGroupBindign"),
    /no schema is known/,
  ],
];

export const CI: Case[] = [
  [
    "a Secret that is nowhere",
    "StatefulSet database",
    (_, all) => without(all, "Secret", "database"),
    /no Secret database/,
  ],
  [
    "a claim that is nowhere",
    "StatefulSet database",
    (o) => delete o.spec.volumeClaimTemplates,
    /mounts data, which is no volume/,
  ],
];

export const PROD: Case[] = [
  ["a rollout of nothing", "Rollout web", (o) => (o.spec.workloadRef.name = "wep"), /no Deployment wep/],
  [
    "a rollout of other pods",
    "Rollout web",
    (o) => (o.spec.selector.matchLabels.tier = "web"),
    /does not match its own pods/,
  ],
  [
    "an analysis that is nowhere",
    "Rollout web",
    (o) => (o.spec.strategy.canary.analysis.templates[0].templateName = "none"),
    /no AnalysisTemplate none/,
  ],
  ...(
    [
      ["scaled up", "Deployment web", (o) => (o.spec.replicas = 3)],
      ["left to Kubernetes' default of one pod", "Deployment web", (o) => delete o.spec.replicas],
      ["scaled up when a release is aborted", "Rollout web", (o) => delete o.spec.workloadRef.scaleDown],
      [
        "autoscaled",
        "HorizontalPodAutoscaler web",
        (o) => {
          o.spec.scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
        },
      ],
    ] satisfies [string, string, Case[2]][]
  ).map(
    ([what, name, mutate]): Case => [
      `a Deployment under a Rollout that is ${what}`,
      name,
      mutate,
      /Deployment .*web: runs pods beside those of its Rollout/,
    ],
  ),
  [
    "a spread by a label that Argo Rollouts doesn't set",
    "Deployment web",
    (o) => (pod(o).topologySpreadConstraints[0].matchLabelKeys = ["pod-template-hash"]),
    /spreads by pod-template-hash, which no release of its pods has/,
  ],
  ["a weight above all", "Rollout web", (o) => (o.spec.strategy.canary.steps[0].setWeight = 101), /steps\.0/],
];
