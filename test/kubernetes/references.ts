import { called, type KubernetesObject, ofKind } from "./objects.ts";
import { type Container, hasPort, selects, type Template, templatesOf } from "./pods.ts";

/** Namespaces that every cluster has, and Argo CD's own, in which an Application must lie. */
const GIVEN_NAMESPACES = ["default", "kube-system", "kube-public", "argocd"];

/** What objects name that is not there: namespaces, accounts, roles, classes, files, ports, keys. */
export function referenceProblems(objects: KubernetesObject[]): string[] {
  const namespaces = new Set([
    ...GIVEN_NAMESPACES,
    ...ofKind(objects, "Namespace").map(({ metadata }) => metadata.name),
  ]);
  return [
    ...objects
      .filter(({ metadata: { namespace } }) => namespace && !namespaces.has(namespace))
      .map((object) => `${called(object)}: there is no Namespace ${object.metadata.namespace}`),
    ...templatesOf(objects).flatMap((template) =>
      podProblems(template, objects).map((text) => `${called(template.owner)}: ${text}`),
    ),
    ...ofKind(objects, "RoleBinding").flatMap((object) =>
      bindingProblems(object, objects).map((text) => `${called(object)}: ${text}`),
    ),
    ...twice(objects.map((object) => `${object.apiVersion.split("/")[0]} ${called(object)}`)).map(
      (name) => `${name} is there twice`,
    ),
  ];
}

function podProblems(template: Template, objects: KubernetesObject[]): string[] {
  const { spec, namespace, labels, owner } = template;
  const lacks = (kind: string, name?: string, where: string | undefined = namespace) =>
    name !== undefined && !exists(objects, kind, name, where) ? [`there is no ${kind} ${name}`] : [];
  const { priorityClassName: priority, serviceAccountName: account } = spec;
  const all = [...template.containers, ...template.initContainers];
  return [
    ...(account === "default" ? [] : lacks("ServiceAccount", account)),
    ...(priority?.startsWith("system-") ? [] : lacks("PriorityClass", priority, "")),
    ...twice(all.map(({ name }) => name)).map((name) => `two containers are called ${name}`),
    ...(spec.volumes ?? []).flatMap(filesOf).flatMap(([kind, name]: [string, string]) => lacks(kind, name)),
    ...all.flatMap((container) => [
      ...mountProblems(container, spec.volumes, owner.spec.volumeClaimTemplates),
      ...probeProblems(container, template),
      ...environmentProblems(container, objects, namespace),
    ]),
    ...(spec.topologySpreadConstraints ?? [])
      .filter(({ labelSelector = {} }) => !selects(labelSelector, labels))
      .map(({ topologyKey }: { topologyKey: string }) => `its spread over ${topologyKey} counts other pods`),
  ];
}

function exists(objects: KubernetesObject[], kind: string, name: string, namespace?: string): boolean {
  return (
    ofKind(objects, kind).some(
      ({ metadata }) => metadata.name === name && (metadata.namespace ?? "") === (namespace ?? ""),
    ) ||
    (kind === "Secret" &&
      ofKind(objects, "SecretProviderClass", namespace).some(({ spec }) =>
        spec.secretObjects?.some(({ secretName }: { secretName: string }) => secretName === name),
      ))
  );
}

// biome-ignore lint/suspicious/noExplicitAny: the schemas judge a volume's fields
function filesOf(volume: any): [kind: string, name: string][] {
  const { secret, configMap, persistentVolumeClaim, csi, projected } = volume;
  const own: [string, string | undefined][] = [
    ["Secret", secret?.optional ? undefined : (secret?.secretName ?? secret?.name)],
    ["ConfigMap", configMap?.optional ? undefined : configMap?.name],
    ["PersistentVolumeClaim", persistentVolumeClaim?.claimName],
    [
      "SecretProviderClass",
      csi?.driver === "secrets-store.csi.k8s.io" ? csi.volumeAttributes?.secretProviderClass : undefined,
    ],
  ];
  return [
    ...own.filter((one): one is [string, string] => one[1] !== undefined),
    ...(projected?.sources ?? []).flatMap(filesOf),
  ];
}

interface Named {
  name: string;
}

function mountProblems(
  { name, volumeMounts = [] }: Container,
  volumes: Named[] = [],
  claims: { metadata: Named }[] = [],
) {
  const known = new Set([...volumes, ...claims.map(({ metadata }) => metadata)].map((volume) => volume.name));
  return [
    ...volumeMounts
      .filter((mount) => !known.has(mount.name))
      .map((mount) => `${name} mounts ${mount.name}, which is no volume`),
    ...twice(volumeMounts.map(({ mountPath }) => mountPath)).map((path) => `${name} mounts ${path} twice`),
    ...twice(volumes.map((volume) => volume.name)).map((volume) => `two volumes are called ${volume}`),
  ];
}

/** How a probe or a hook calls its container. */
type Way = { [by in "httpGet" | "tcpSocket" | "grpc"]?: { port: number | string } };

function probeProblems(container: Container, template: Template): string[] {
  const alone = { ...template, containers: [container], initContainers: [] };
  const { startupProbe, livenessProbe, readinessProbe, lifecycle, ports = [] } = container;
  const ways: Record<string, Way | undefined> = {
    startupProbe,
    livenessProbe,
    readinessProbe,
    ...lifecycle,
  };
  return [
    ...Object.entries(ways)
      .map(([probe, way]) => [probe, (way?.httpGet ?? way?.tcpSocket ?? way?.grpc)?.port] as const)
      .filter(([, port]) => port !== undefined && !hasPort(alone, port))
      .map(([probe, port]) => `${container.name}'s ${probe} asks at ${port}, which is no port of it`),
    ...twice(ports.flatMap((port) => port.name ?? [])).map(
      (port) => `${container.name} has two ports ${port}`,
    ),
  ];
}

function environmentProblems(
  { name, env = [], envFrom = [] }: Container,
  objects: KubernetesObject[],
  namespace?: string,
) {
  // biome-ignore lint/suspicious/noExplicitAny: the schemas judge a variable's fields
  const keys = env.flatMap(({ valueFrom = {} }: any) => [
    ["ConfigMap", valueFrom.configMapKeyRef],
    ["Secret", valueFrom.secretKeyRef],
  ]);
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const whole = envFrom.flatMap(({ configMapRef, secretRef }: any) => [
    ["ConfigMap", configMapRef],
    ["Secret", secretRef],
  ]);
  return [
    ...[...keys, ...whole]
      .filter(([kind, ref]) => ref && !ref.optional && !holds(objects, kind, ref, namespace))
      .map(
        ([kind, ref]) =>
          `${name} reads ${kind} ${ref.name}${ref.key ? ` ${ref.key}` : ""}, which is not there`,
      ),
    ...twice(env.map((one: Named) => one.name)).map((variable) => `${name} has ${variable} twice`),
  ];
}

function holds(
  objects: KubernetesObject[],
  kind: string,
  { name, key }: { name: string; key?: string },
  namespace?: string,
) {
  const found = ofKind(objects, kind, namespace).find(({ metadata }) => metadata.name === name);
  if (!found) return false;
  const { data, stringData, binaryData } = found;
  return key === undefined || key in { ...data, ...stringData, ...binaryData };
}

function bindingProblems(
  { roleRef, subjects = [], metadata: { namespace } }: KubernetesObject,
  objects: KubernetesObject[],
) {
  return [
    ...(roleRef.kind === "Role" && !exists(objects, "Role", roleRef.name, namespace)
      ? [`there is no Role ${roleRef.name}`]
      : []),
    ...(subjects as { kind: string; name: string; namespace?: string }[])
      .filter(
        ({ kind, ...one }) => kind === "ServiceAccount" && !exists(objects, kind, one.name, one.namespace),
      )
      .map(({ name }) => `there is no ServiceAccount ${name}`),
  ];
}

function twice(names: string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) < index))];
}
