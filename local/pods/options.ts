import type { Graph } from "../../engine/graph.ts";
import type { ReadSecret } from "./container/volumes.ts";

/** What `Pods` needs to run a graph. */
export interface PodsOptions {
  graph: Graph;
  /** Name and id of each zone, e.g. `ap-southeast-2a`, `apse2-az1`; every call takes either. */
  zones: { name: string; id: string }[];
  /** Folder that stands for the image's /app; undefined for an image that isn't run here, nor is what declares it. */
  images(image: string): string | undefined;
  /** Key-value pairs of a secret of Secrets Manager. */
  secrets: ReadSecret;
  /** Names of the graph -> addresses of this zone. Asked whenever a container starts. */
  lookup(zone: string): Record<string, string>;
  /** Folder of the pods' volumes: emptied at the start and removed at the end. */
  directory: string;
  logDirectory: string;
  /**
   * How often the autoscalers decide (15,000 in Kubernetes). Undefined: never, the pods stay at their minimum, since
   * requests are small and a few cores would soon start pods only to serve the start of pods.
   */
  scaleEveryMs?: number;
  /** Zone name -> name of its node. @default `node-<zone>` */
  nodeNames?: Record<string, string>;
}
