import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { takePort } from "../free-ports.ts";
import { type identify, type Launch, type LocalPorts, resolve } from "./container/index.ts";
import type { Machine } from "./machine.ts";
import type { PodContainer, PodTemplate } from "./spec/index.ts";

/**
 * Makes a pod's folder, volumes and commands: its container's and, before that, its init containers'. Throws what
 * kubelet would report as CreateContainerConfigError.
 */
export async function prepare(
  pod: ReturnType<typeof identify>,
  zone: string,
  template: PodTemplate,
  ports: ReadonlyMap<number, number>,
  machine: Machine,
): Promise<{ launch: Launch; init: Launch[]; ports: LocalPorts }> {
  const [container] = template.spec.containers;
  const launchOf = (one: PodContainer) => prepareContainer(pod, zone, one, template, ports, machine);
  const init = [];
  for (const one of template.spec.initContainers) init.push(await launchOf(one));
  return { launch: await launchOf(container), init, ports: named(container.ports, ports) };
}

async function prepareContainer(
  pod: ReturnType<typeof identify>,
  zone: string,
  container: PodContainer,
  template: PodTemplate,
  ports: ReadonlyMap<number, number>,
  machine: Machine,
): Promise<Launch> {
  const home = join(machine.directory, pod.name);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const image = machine.images(container.image);
  if (!image) throw new Error(`image ${container.image} isn't one that is run here`);
  await mustBeFolder(image, `image ${container.image}`);
  const mounts = {
    "/app": image,
    ...(await machine.volumes.mount(pod, container, template.spec.volumes, join(home, "volumes"))),
  };
  const givesWay = isOutranked(template.spec.priorityClassName, machine.manifests.priorityClasses);
  const around = { pod, ports, mounts, names: machine.lookup(zone), home, givesWay };
  const launch = resolve(container, around);
  await mustBeFolder(launch.cwd, `workingDir ${container.workingDir ?? "/app"}`);
  return launch;
}

/** Whether a PriorityClass of the graph is above a pod's. One that it doesn't declare is above all. */
export function isOutranked(name: string | undefined, classes: ReadonlyMap<string, number>): boolean {
  const value = name === undefined ? 0 : (classes.get(name) ?? Number.POSITIVE_INFINITY);
  return [...classes.values()].some((other) => other > value);
}

/** Ports for a pod's containers; those that it had already stay, as a pod's address does in Kubernetes. */
export async function takePorts(
  declared: { containerPort: number }[],
  had: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const ports = new Map<number, number>();
  for (const { containerPort } of declared) {
    if (!ports.has(containerPort)) ports.set(containerPort, await takePort(had.get(containerPort)));
  }
  return ports;
}

/** Ports of this machine by container port number and by name. */
export function named(
  declared: { name?: string; containerPort: number }[],
  ports: ReadonlyMap<number, number>,
): Record<string, number> {
  return Object.fromEntries(
    declared.flatMap(({ name, containerPort }) => {
      const port = ports.get(containerPort);
      if (port === undefined) return [];
      return [[String(containerPort), port], ...(name ? [[name, port] as const] : [])];
    }),
  );
}

async function mustBeFolder(path: string, what: string): Promise<void> {
  const found = await stat(path).catch((cause) => {
    throw new Error(`${what}: there is no folder ${path} for it`, { cause });
  });
  if (!found.isDirectory()) throw new Error(`${what}: ${path} is no folder`);
}
