import type { StartSlots, Volumes, Watchdog } from "./container/index.ts";
import type { Manifests } from "./spec/index.ts";

/** What the pods of all zones share on this machine. */
export interface Machine {
  manifests: Manifests;
  volumes: Volumes;
  slots: StartSlots;
  watchdog: Watchdog;
  /** Folder of the pods' volumes, mode 700. */
  directory: string;
  logDirectory: string;
  /** Folder that stands for an image's /app. */
  images(image: string): string | undefined;
  /** Names of the graph -> addresses of this zone. */
  lookup(zone: string): Record<string, string>;
  /** A pod's state changed. */
  changed(): void;
  /** Something failed that nobody waits for. */
  warn(problem: Error): void;
}
