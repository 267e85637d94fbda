import * as pulumi from "@pulumi/pulumi";
import { type Mount, mount, UID } from "./pod.ts";

/** Where a container finds its certificate, as `tls.crt`, `tls.key` and `ca.crt`. */
const PATH = "/var/run/trizone/tls";

/** What a pod needs to speak HTTPS, and to trust the others. */
export interface PodCertificate {
  env: Record<string, string>;
  mount: Mount;
}

/**
 * A certificate of each pod's own from cert-manager's CSI driver: its key is made on the node and lives as long as the
 * pod, and the driver renews the files after two thirds of a day.
 *
 * @param issuer name of the ClusterIssuer that signs
 * @param services names of the Services in `namespace` that lead to the pod
 */
export function podCertificate(
  issuer: pulumi.Input<string>,
  services: string[],
  namespace: pulumi.Input<string>,
): PodCertificate {
  const names = services.flatMap((service) => [
    pulumi.interpolate`${service}.${namespace}.svc.cluster.local`,
    pulumi.interpolate`${service}.${namespace}.svc`,
  ]);
  return {
    env: { TLS_PATH: PATH, NODE_EXTRA_CA_CERTS: `${PATH}/ca.crt` },
    mount: mount("certificate", PATH, {
      csi: {
        driver: "csi.cert-manager.io",
        readOnly: true,
        volumeAttributes: {
          "csi.cert-manager.io/issuer-name": issuer,
          "csi.cert-manager.io/issuer-kind": "ClusterIssuer",
          "csi.cert-manager.io/dns-names": pulumi.all(names).apply((all) => all.join(",")),
          "csi.cert-manager.io/duration": "24h",
          "csi.cert-manager.io/key-usages": "digital signature,server auth",
          "csi.cert-manager.io/key-encoding": "PKCS8",
          "csi.cert-manager.io/fs-group": String(UID),
        },
      },
    }),
  };
}
