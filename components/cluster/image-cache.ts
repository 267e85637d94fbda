import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";
import { CONTAINER_SECURITY, PAUSE_IMAGE, POD_SECURITY } from "../workload/index.ts";

export interface ImageCacheArgs {
  namespace: pulumi.Input<string>;
  /** Images by the name of their service; each must hold Node. */
  images: Record<string, pulumi.Input<string>>;
  transform?: { daemonSet?: Transform<k8s.apps.v1.DaemonSetArgs> };
}

const LABELS = { "app.kubernetes.io/name": "image-cache" };

const RESOURCES = { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "96Mi" } };

/**
 * Has every node pull the services' images before a pod of theirs is put there, so that scaling out waits for no
 * download: on each node a pod starts each image once, for a moment, and then does nothing. Costs 10m of CPU and 32 MiB
 * of each node.
 *
 * @example new ImageCache("image-cache", { namespace, images: { web, gateway } }, { provider })
 */
export class ImageCache extends pulumi.ComponentResource {
  constructor(name: string, args: ImageCacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:kubernetes:ImageCache", name, {}, opts);
    const { namespace, images, transform } = args;
    const container = { resources: RESOURCES, securityContext: CONTAINER_SECURITY };
    const daemonSet = {
      metadata: { name, namespace, labels: LABELS },
      spec: {
        selector: { matchLabels: LABELS },
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
        template: {
          metadata: { labels: LABELS },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 0,
            securityContext: POD_SECURITY,
            // Whatever taint a node has, as spot nodes do: services may be scheduled there too.
            tolerations: [{ operator: "Exists" }],
            initContainers: Object.entries(images).map(([service, image]) => ({
              name: service,
              image,
              command: ["node", "-e", "0"],
              ...container,
            })),
            containers: [{ name: "pause", image: PAUSE_IMAGE, ...container }],
          },
        },
      },
    };
    new k8s.apps.v1.DaemonSet(
      // Nothing waits for it: a node that can't pull delays no update.
      ...transformed(
        transform?.daemonSet,
        `${name}-daemon-set`,
        {
          ...daemonSet,
          metadata: { ...daemonSet.metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        },
        { parent: this },
      ),
    );
    this.registerOutputs();
  }
}
