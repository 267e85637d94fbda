/** What a pod's containers may do, what they run, and what they must declare. */
import { imagesPinned } from "./images-pinned.ts";
import { podsNoHostAccess } from "./no-host-access.ts";
import { containersNonRoot } from "./non-root.ts";
import { containersProbes, containersResources } from "./probes.ts";
import { containersDropCapabilities, containersNoPrivilege, containersReadOnlyRoot } from "./sandbox.ts";

export const containers = [
  containersNonRoot,
  containersNoPrivilege,
  containersReadOnlyRoot,
  containersDropCapabilities,
  podsNoHostAccess,
  imagesPinned,
  containersResources,
  containersProbes,
];
