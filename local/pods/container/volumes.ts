import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import type { Manifests, PodContainer, Volume } from "../spec/index.ts";
import type { PodIdentity } from "./identity.ts";

/** Reads a secret of Secrets Manager: its key-value pairs. */
export type ReadSecret = (arn: string) => Promise<Record<string, string>>;

type Files = Record<string, Buffer | string>;

/**
 * Volumes as folders of mode 700 under a pod's own, their files of mode 600: emptyDir, ConfigMap, Secret, and Secrets
 * Manager's through the secrets-store CSI driver.
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
      const files = await this.#files(pod.namespace, volume);
      for (const [path, content] of Object.entries(files)) await write(join(folder, safe(path)), content);
      folders.set(volume.name, folder);
    }
    return Object.fromEntries(
      container.volumeMounts.map(({ name, mountPath }) => {
        const folder = folders.get(name);
        if (!folder)
          throw new Error(`container ${container.name} mounts volume ${name}, which the pod doesn't declare`);
        return [mountPath.replace(/(?<=.)\/+$/, ""), folder];
      }),
    );
  }

  async #files(namespace: string, { configMap, secret, csi }: Volume): Promise<Files> {
    const { configMaps, secrets } = this.#manifests;
    if (csi) return this.#secretFiles(namespace, csi.volumeAttributes.secretProviderClass);
    if (configMap) return declared("ConfigMap", configMaps, namespace, configMap.name);
    return secret ? declared("Secret", secrets, namespace, secret.secretName) : {};
  }

  async #secretFiles(namespace: string, className: string): Promise<Files> {
    const classes = this.#manifests.secretProviderClasses;
    const objects = declared("SecretProviderClass", classes, namespace, className);
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

function declared<T>(kind: string, all: ReadonlyMap<string, T>, namespace: string, name: string): T {
  const found = all.get(`${namespace}/${name}`);
  if (found === undefined) throw new Error(`${kind} ${namespace}/${name} isn't declared`);
  return found;
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
