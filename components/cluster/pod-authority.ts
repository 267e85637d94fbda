import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../arguments.ts";
import { type Chart, overZones, release, resources } from "./controllers/chart.ts";

const NAMESPACE = "cert-manager";
const AUTHORITY = "trizone-pods";
const REPOSITORY = "https://charts.jetstack.io";

export interface PodAuthorityArgs {
  /** What must be there while its pods pull their images, e.g. the network. */
  after?: pulumi.Resource[];
  transform?: { release?: Transform<k8s.helm.v3.ReleaseArgs> };
}

/**
 * The cluster's own certificate authority for its pods: cert-manager, the CSI driver that gives each pod a certificate,
 * and a root whose key never leaves the cluster. Costs the pods' share of the nodes.
 *
 * @example const { issuer } = new PodAuthority("pod-authority", {}, { provider: cluster.kubernetes })
 */
export class PodAuthority extends pulumi.ComponentResource {
  /** Name of the ClusterIssuer that signs pods' certificates, known once it can. */
  readonly issuer: pulumi.Output<string>;
  readonly #name: string;
  readonly #args: PodAuthorityArgs;

  constructor(name: string, args: PodAuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:kubernetes:PodAuthority", name, {}, opts);
    this.#name = name;
    this.#args = args;
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: NAMESPACE, labels } },
      { parent: this },
    ).metadata.name;
    const manager = this.#release({ ...CERT_MANAGER, namespace }, args.after ?? []);
    // It mounts into other pods' folders on the node, which the profile forbids: it stands with the nodes' other agents.
    const driver = this.#release(CSI_DRIVER, [manager]);
    this.issuer = this.#issuer(namespace, manager, driver);
    this.registerOutputs({ issuer: this.issuer });
  }

  #release(chart: Chart, dependsOn: pulumi.Resource[]): k8s.helm.v3.Release {
    const options = { parent: this, dependsOn };
    return release(`${this.#name}-${chart.name}`, chart, this.#args.transform?.release, options);
  }

  /** A root that signs itself, and the issuer that signs with it. */
  #issuer(
    namespace: pulumi.Input<string>,
    manager: k8s.helm.v3.Release,
    driver: k8s.helm.v3.Release,
  ): pulumi.Output<string> {
    const apiVersion = "cert-manager.io/v1";
    const create = (suffix: string, args: k8s.apiextensions.CustomResourceArgs, after: pulumi.Resource[]) =>
      new k8s.apiextensions.CustomResource(`${this.#name}-${suffix}`, args, {
        parent: this,
        dependsOn: after,
      });
    const selfSigned = create(
      "self-signed",
      {
        ...{ apiVersion, kind: "ClusterIssuer", metadata: { name: `${AUTHORITY}-root` } },
        spec: { selfSigned: {} },
      },
      [manager],
    );
    const root = create(
      "root",
      {
        ...{ apiVersion, kind: "Certificate", metadata: { name: AUTHORITY, namespace } },
        spec: {
          isCA: true,
          commonName: "Trizone pods",
          secretName: AUTHORITY,
          // Ten years, renewed a year before; pods trust a new root from their next start on.
          duration: "87600h",
          renewBefore: "8760h",
          privateKey: { algorithm: "ECDSA", size: 256 },
          issuerRef: { kind: "ClusterIssuer", name: selfSigned.metadata.name, group: "cert-manager.io" },
        },
      },
      [selfSigned],
    );
    const issuer = create(
      "issuer",
      {
        ...{ apiVersion, kind: "ClusterIssuer", metadata: { name: AUTHORITY } },
        spec: { ca: { secretName: AUTHORITY } },
      },
      [root, driver],
    );
    return issuer.metadata.name as pulumi.Output<string>;
  }
}

/** Pod Security's "restricted" profile, under the names that cert-manager's charts give it. */
const CONTEXTS = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  containerSecurityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};

const CERT_MANAGER: Chart = {
  name: "cert-manager",
  repo: REPOSITORY,
  version: "v1.21.2",
  values: {
    ...CONTEXTS,
    crds: { enabled: true, keep: true },
    replicaCount: 2,
    topologySpreadConstraints: overZones("cert-manager"),
    podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
    resources: resources("20m", "96Mi", "256Mi"),
    webhook: {
      ...CONTEXTS,
      replicaCount: 3,
      topologySpreadConstraints: overZones("webhook"),
      podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
      resources: resources("20m", "64Mi", "128Mi"),
    },
    cainjector: { ...CONTEXTS, replicaCount: 2, resources: resources("20m", "96Mi", "256Mi") },
  },
};

const CSI_DRIVER: Chart = {
  name: "cert-manager-csi-driver",
  repo: REPOSITORY,
  version: "v0.10.4",
  values: {
    // A pod on a new node waits for its certificate, so that the driver comes before what makes room for itself.
    priorityClassName: "system-node-critical",
    resources: resources("10m", "32Mi", "96Mi"),
  },
};
