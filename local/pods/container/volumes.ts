import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import type { DownwardItem, Manifests, PodContainer, Volume } from "../spec/index.ts";
import { resourceField } from "../spec/index.ts";
import { whole } from "./environment.ts";
import { field, type PodIdentity } from "./identity.ts";

/** Reads a secret of Secrets Manager: its key-value pairs. */
export type ReadSecret = (arn: string) => Promise<Record<string, string>>;

type Files = Record<string, Buffer | string>;

/**
 * Volumes as folders of mode 700 under a pod's own, their files of mode 600: emptyDir, ConfigMap, Secret, downward
 * API, projected, and Secrets Manager's through the secrets-store CSI driver.
 * Leaves out: size limits, read-only mounts, file modes, updates while the pod runs, persistent claims.
 */
export class Volumes {
  readonly #manifests: Manifests;
  readonly #secrets: ReadSecret;

  constructor(manifests: Manifests, secrets: ReadSecret) {
    this.#manifests = manifests;
    this.#secrets = secrets;
  }

  /** Makes the pod's volumes under `root`; answers mount path -> folder. */
  async mount(
    pod: PodIdentity,
    container: PodContainer,
    volumes: Volume[],
    root: string,
  ): Promise<Record<string, string>> {
    const folders = new Map<string, string>();
    for (const volume of volumes) {
      const folder = join(root, safe(volume.name));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const files = await this.#files(pod, container, volume);
      for (const [path, content] of Object.entries(files)) await write(join(folder, safe(path)), content);
      folders.set(volume.name, folder);
    }
    return Object.fromEntries(
      container.volumeMounts.map(({ name, mountPath, subPath }) => {
        const folder = folders.get(name);
        if (!folder)
          throw new Error(`container ${container.name} mounts volume ${name}, which the pod doesn't declare`);
        return [mountPath.replace(/(?<=.)\/+$/, ""), subPath ? join(folder, safe(subPath)) : folder];
      }),
    );
  }

  async #files(pod: PodIdentity, container: PodContainer, volume: Volume): Promise<Files> {
    const { configMap, secret, downwardAPI, projected, csi } = volume;
    if (csi) return this.#secretFiles(pod, csi.volumeAttributes.secretProviderClass);
    const sources = projected?.sources ?? [
      { configMap, downwardAPI, secret: secret && { ...secret, name: secret.secretName } },
    ];
    if (!volume.emptyDir && !projected && !configMap && !secret && !downwardAPI)
      throw new Error(
        `volume ${volume.name}: a laptop knows emptyDir, configMap, secret, downwardAPI, projected and secrets-store csi`,
      );
    const files: Files = {};
    for (const source of sources) {
      const { configMaps, secrets } = this.#manifests;
      const namespace = pod.namespace;
      if (source.configMap)
        Object.assign(
          files,
          selected(whole("ConfigMap", configMaps, namespace, source.configMap), source.configMap),
        );
      if (source.secret)
        Object.assign(files, selected(whole("Secret", secrets, namespace, source.secret), source.secret));
      for (const item of source.downwardAPI?.items ?? []) files[item.path] = downward(pod, container, item);
    }
    return files;
  }

  async #secretFiles(pod: PodIdentity, className: string): Promise<Files> {
    const objects = this.#manifests.secretProviderClasses.get(`${pod.namespace}/${className}`);
    if (!objects) throw new Error(`SecretProviderClass ${pod.namespace}/${className} isn't declared`);
    const files: Files = {};
    for (const { secret, file, keys } of objects) {
      const values = await this.#secrets(secret);
      files[file] = JSON.stringify(values);
      for (const { key, file } of keys) {
        const value = values[key];
        if (value === undefined)
          throw new Error(`secret ${secret} has no key ${key}, which ${className} names`);
        files[file] = value;
      }
    }
    return files;
  }
}

function selected(
  data: Record<string, Buffer>,
  { name, items, optional }: { name: string; items?: { key: string; path: string }[]; optional: boolean },
): Files {
  if (!items) return data;
  return Object.fromEntries(
    items.flatMap(({ key, path }) => {
      const content = data[key];
      if (!content && !optional) throw new Error(`${name} has no key ${key}, which a volume asks for`);
      return content ? [[path, content]] : [];
    }),
  );
}

function downward(pod: PodIdentity, container: PodContainer, item: DownwardItem): string {
  if (item.fieldRef) return field(pod, item.fieldRef.fieldPath);
  if (item.resourceFieldRef) return resourceField(container, item.resourceFieldRef);
  throw new Error(`downward API item ${item.path} needs fieldRef or resourceFieldRef`);
}

function safe(path: string): string {
  const clean = normalize(path);
  if (clean.startsWith(sep) || clean.split(sep).includes(".."))
    throw new Error(`the path ${path} would leave the pod's volume`);
  return clean;
}

async function write(path: string, content: Buffer | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, content, { mode: 0o600 });
}
