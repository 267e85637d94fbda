import {
  containersOf,
  display,
  items,
  type Pod,
  podSpecs,
  read,
  resourceRule,
  UNKNOWN,
  unset,
} from "../shared/index.ts";

const NAMESPACES = ["hostNetwork", "hostPID", "hostIPC"];
const VOLUME = /^kubernetes:core\/v1:PersistentVolume(List|Patch)?$/;

/** The kernel's parameters that Pod Security's "baseline" profile lets a pod set, as they end at its own network or memory. */
const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
]);

/** Folders of a node that are its own and nobody's data. */
const SYSTEM = /^\/+((bin|boot|dev|etc|home|lib|lib64|proc|root|run|sbin|sys|usr|var)(\/.*)?)?$/;

/** A pod uses its own network, processes, kernel parameters and files, never its node's. */
export const podsNoHostAccess = resourceRule({
  name: "pods-no-host-access",
  description: "No pod shares its node's network, processes, files, ports or kernel parameters.",
  severity: "critical",
  verdict: "reaches into its node",
  fix: "Leave out hostNetwork, hostPID, hostIPC, hostPort, hostPath and sysctls other than the safe ones; reach pods through a Service, and mount an emptyDir or a claim.",
  judge: ({ type, props }) => [
    ...podSpecs(type, props).flatMap((pod) => [...namespaces(pod), ...volumes(pod), ...sysctls(pod)]),
    ...containersOf(type, props).flatMap(({ where, value }) =>
      items(read(value, "ports")).flatMap((port) => {
        const hostPort = read(port, "hostPort");
        return unset(hostPort) || hostPort === 0 ? [] : [`${where} has hostPort ${display(hostPort)}`];
      }),
    ),
    ...(VOLUME.test(type) ? persistent(props) : []),
  ],
});

function namespaces({ path, value: pod }: Pod): string[] {
  return NAMESPACES.flatMap((key) => {
    const value = read(pod, key);
    return unset(value) || value === false ? [] : [`${path}.${key} is ${display(value)}`];
  });
}

function volumes({ path, value: pod }: Pod): string[] {
  const list = read(pod, "volumes");
  if (list === UNKNOWN) return [`${path}.volumes is not known in a preview`];
  return items(list).flatMap((volume, index) => {
    const hostPath = volume === UNKNOWN ? UNKNOWN : read(volume, "hostPath");
    if (unset(hostPath)) return [];
    return [`${path}.volumes[${index}] is ${hostPath === UNKNOWN ? display(hostPath) : "a hostPath"}`];
  });
}

function sysctls({ path, value: pod }: Pod): string[] {
  const list = read(pod, "securityContext", "sysctls");
  if (list === UNKNOWN) return [`${path}.securityContext.sysctls is not known in a preview`];
  return items(list).flatMap((sysctl) => {
    const name = read(sysctl, "name");
    return SAFE_SYSCTLS.has(String(name)) ? [] : [`${path}.securityContext.sysctls has ${display(name)}`];
  });
}

/** A volume that is a folder of a node; a local disk is one too, where it is mounted for that. */
function persistent(props: unknown): string[] {
  const listed = items(read(props, "items"));
  return (listed.length > 0 ? listed : [props]).flatMap((volume) => {
    const [host, local] = [read(volume, "spec", "hostPath"), read(volume, "spec", "local", "path")];
    return [
      ...(unset(host) ? [] : ["spec.hostPath is a folder of the node"]),
      ...(typeof local === "string" && SYSTEM.test(local) ? [`spec.local.path is ${display(local)}`] : []),
    ];
  });
}
