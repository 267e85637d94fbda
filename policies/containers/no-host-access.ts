import {
  containersOf,
  display,
  items,
  podSpecs,
  read,
  resourceRule,
  UNKNOWN,
  unset,
} from "../shared/index.ts";

const NAMESPACES = ["hostNetwork", "hostPID", "hostIPC"];

/** A pod uses its own network, processes and files, never its node's. */
export const podsNoHostAccess = resourceRule({
  name: "pods-no-host-access",
  description: "No pod shares its node's network, processes, files or ports.",
  severity: "critical",
  verdict: "reaches into its node",
  fix: "Leave out hostNetwork, hostPID, hostIPC, hostPort and hostPath; reach pods through a Service, and mount an emptyDir or a claim.",
  judge: ({ type, props }) => [
    ...podSpecs(type, props).flatMap(({ path, value: pod }) => [
      ...NAMESPACES.flatMap((key) => {
        const value = read(pod, key);
        return unset(value) || value === false ? [] : [`${path}.${key} is ${display(value)}`];
      }),
      ...volumes(pod, path),
    ]),
    ...containersOf(type, props).flatMap(({ where, value }) =>
      items(read(value, "ports")).flatMap((port) => {
        const hostPort = read(port, "hostPort");
        return unset(hostPort) || hostPort === 0 ? [] : [`${where} has hostPort ${display(hostPort)}`];
      }),
    ),
  ],
});

function volumes(pod: unknown, path: string): string[] {
  const list = read(pod, "volumes");
  if (list === UNKNOWN) return [`${path}.volumes is not known in a preview`];
  return items(list).flatMap((volume, index) => {
    const hostPath = volume === UNKNOWN ? UNKNOWN : read(volume, "hostPath");
    if (unset(hostPath)) return [];
    return [`${path}.volumes[${index}] is ${hostPath === UNKNOWN ? display(hostPath) : "a hostPath"}`];
  });
}
