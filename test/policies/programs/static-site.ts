// A static site on Kubernetes: pages of an image, in three zones, behind an internal Ingress.
import * as k8s from "@pulumi/kubernetes";

const namespace = new k8s.core.v1.Namespace("handbook", {
  metadata: { name: "handbook", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
});
const metadata = { namespace: namespace.metadata.name, name: "handbook" };
const labels = { "app.kubernetes.io/name": "handbook" };

const config = new k8s.core.v1.ConfigMap("nginx", {
  metadata: { ...metadata, name: "handbook-nginx" },
  data: {
    "default.conf": `
server {
  listen 8080;
  root /srv/pages;
  location / { try_files $uri $uri/ /index.html; add_header Content-Security-Policy "default-src 'self'"; }
  location = /token { return 404; }
}
`,
  },
});
const account = new k8s.core.v1.ServiceAccount("handbook", { metadata, automountServiceAccountToken: false });
const probe = (path: string) => ({ httpGet: { path, port: "http" }, periodSeconds: 5 });
const deployment = new k8s.apps.v1.Deployment("handbook", {
  metadata,
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: account.metadata.name,
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          fsGroup: 101,
          seccompProfile: { type: "RuntimeDefault" },
          sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "1024" }],
        },
        topologySpreadConstraints: [
          {
            topologyKey: "topology.kubernetes.io/zone",
            maxSkew: 1,
            whenUnsatisfiable: "DoNotSchedule",
            nodeTaintsPolicy: "Honor",
            matchLabelKeys: ["pod-template-hash"],
            labelSelector: {
              matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: ["handbook"] }],
            },
          },
        ],
        containers: [
          {
            name: "nginx",
            image: `public.ecr.aws/nginx/nginx-unprivileged@sha256:${"4".repeat(64)}`,
            ports: [{ name: "http", containerPort: 8080 }],
            startupProbe: probe("/"),
            livenessProbe: probe("/"),
            readinessProbe: probe("/"),
            resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "64Mi" } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
            volumeMounts: [
              { name: "nginx", mountPath: "/etc/nginx/conf.d", readOnly: true },
              { name: "tmp", mountPath: "/tmp" },
            ],
          },
        ],
        volumes: [
          { name: "nginx", configMap: { name: config.metadata.name } },
          { name: "tmp", emptyDir: { sizeLimit: "16Mi" } },
        ],
      },
    },
  },
});
new k8s.autoscaling.v2.HorizontalPodAutoscaler("handbook", {
  metadata,
  spec: {
    minReplicas: 3,
    maxReplicas: 6,
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment.metadata.name },
    metrics: [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
      },
    ],
  },
});
new k8s.policy.v1.PodDisruptionBudget("handbook", {
  metadata,
  spec: {
    maxUnavailable: 1,
    selector: { matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: ["handbook"] }] },
  },
});
const service = new k8s.core.v1.Service("handbook", {
  metadata,
  spec: { selector: labels, ports: [{ name: "http", port: 8080, targetPort: "http" }] },
});
new k8s.networking.v1.NetworkPolicy("handbook", {
  metadata,
  spec: {
    podSelector: { matchLabels: labels },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress" } } }],
        ports: [{ port: 8080 }],
      },
    ],
  },
});
new k8s.networking.v1.Ingress("handbook", {
  metadata: {
    ...metadata,
    annotations: {
      "alb.ingress.kubernetes.io/scheme": "internal",
      "alb.ingress.kubernetes.io/target-type": "ip",
      "alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS":443}]',
      "alb.ingress.kubernetes.io/ssl-policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
    },
  },
  spec: {
    ingressClassName: "alb",
    tls: [{ hosts: ["handbook.bank.example"] }],
    rules: [
      {
        host: "handbook.bank.example",
        http: {
          paths: [
            {
              path: "/",
              pathType: "Prefix",
              backend: { service: { name: service.metadata.name, port: { name: "http" } } },
            },
          ],
        },
      },
    ],
  },
});
