import { createReadStream } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { checkFile } from "../../services/news/model/checked-file.ts";
import { withLock } from "../../services/news/model/lock.ts";
import { checkConfig, type Manifest, ModelError, parseManifest } from "../../services/news/model/manifest.ts";
import { type ModelSource, modelSource } from "../../services/news/model/source.ts";
import { type Deployment, parseDeployment } from "../../services/news/serving/deployment.ts";
import type { Answering } from "./model-deployment.ts";

/** A deployment document and the tag by which it is replaced only if nobody else did. */
interface Tagged {
  deployment: Deployment;
  tag: string;
}

/** How one kind of bucket is written. */
interface Store {
  /** Puts a version's files where nothing of it is; what ends half way leaves no manifest. */
  put(directory: string, manifest: Manifest, signal: AbortSignal): Promise<void>;
  /** Replaces the document if its tag is still this one, or there is none where it is undefined. @returns whether it did */
  replace(text: string, tag: string | undefined, signal: AbortSignal): Promise<boolean>;
}

const DOCUMENT = "deployment.json";
const JSON_TYPE = "application/json";

/** The folder's manifest, when all its files are what it says. @throws ModelError naming the file that is wrong */
async function checkedFolder(directory: string, signal: AbortSignal): Promise<Manifest> {
  const text = await readFile(join(directory, "manifest.json"), "utf8").catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
      throw new Error(`${directory} has no manifest.json: it is no version's folder`);
    },
  );
  const manifest = parseManifest(versionIn(text), text);
  for (const file of Object.keys(manifest.files))
    await checkFile(manifest, file, join(directory, file), signal);
  checkConfig(manifest, await readFile(join(directory, "config.json"), "utf8"));
  return manifest;
}

/** The version that a manifest calls itself; the rest of it is checked with that. */
function versionIn(text: string): string {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return String(version);
  } catch {
    // `parseManifest` says what is wrong with it.
    return "unknown";
  }
}

/** The bucket of the models, which the commands write and pods only read. */
export class ModelBucket {
  readonly url: string;
  readonly source: ModelSource;
  readonly #store: Store;

  /**
   * @param url `s3://bucket/prefix` or `file:///folder`
   * @param region of an S3 bucket. @default what the AWS SDK finds
   */
  constructor(url: string, region?: string) {
    // The source has only the SDK's own configuration, as in a pod.
    if (region) process.env.AWS_REGION ??= region;
    this.url = url;
    this.source = modelSource(url);
    this.#store = url.startsWith("s3:") ? new S3Store(url) : new FolderStore(fileURLToPath(url), this.source);
  }

  /** @throws Error when the document isn't valid */
  async read(signal: AbortSignal): Promise<Tagged | undefined> {
    const found = await this.source.deployment(signal);
    return found && { deployment: parseDeployment(found.text), tag: found.tag };
  }

  /** The manifest of a version; undefined where there is none. @throws ModelError when it is wrong */
  async manifest(version: string, signal: AbortSignal): Promise<Manifest | undefined> {
    try {
      return await this.source.manifest(version, signal);
    } catch (error) {
      if (error instanceof ModelError && error.problem.includes("no such version")) return undefined;
      throw error;
    }
  }

  /**
   * Publishes a folder, whose files are checked first. A version never changes once it is there.
   * @returns its manifest, and whether it was there before
   * @throws ModelError naming the file that is wrong; Error when another version of this name is there
   */
  async publish(directory: string, signal: AbortSignal): Promise<{ manifest: Manifest; isNew: boolean }> {
    const manifest = await checkedFolder(directory, signal);
    const there = await this.manifest(manifest.version, signal);
    if (there) {
      const files = (one: Manifest) => JSON.stringify(Object.entries(one.files).sort());
      if (files(there) === files(manifest)) return { manifest, isNew: false };
      throw new Error(
        `${this.url} has another ${manifest.version} already, and versions never change: give this one a new version in manifest.json`,
      );
    }
    await this.#store.put(directory, manifest, signal);
    return { manifest, isNew: true };
  }

  /**
   * Writes the next revision of the document, unless somebody else wrote one meanwhile: two rollbacks at once must not
   * undo each other.
   */
  async change(
    by: string,
    update: (before: Deployment | undefined) => Answering,
    signal: AbortSignal,
  ): Promise<{ before?: Deployment; after: Deployment }> {
    const found = await this.read(signal);
    const before = found?.deployment;
    const revision = (before?.revision ?? 0) + 1;
    const text = JSON.stringify(
      { schema: 1, revision, at: new Date().toISOString(), by, ...update(before) },
      undefined,
      2,
    );
    const after = parseDeployment(text);
    if (!(await this.#store.replace(`${text}\n`, found?.tag, signal))) {
      const now = (await this.read(signal))?.deployment;
      throw new Error(
        `${now?.by ?? "somebody"} changed the deployment at the same time, to revision ${now?.revision ?? "?"}: look at it (npx trizone model list), then repeat what is still right`,
      );
    }
    return { ...(before && { before }), after };
  }
}

class FolderStore implements Store {
  readonly #folder: string;
  readonly #source: ModelSource;

  constructor(folder: string, source: ModelSource) {
    this.#folder = folder;
    this.#source = source;
  }

  async put(directory: string, manifest: Manifest): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const unfinished = await mkdtemp(join(this.#folder, ".version-"));
    try {
      for (const file of [...Object.keys(manifest.files), "manifest.json"])
        await copyFile(join(directory, file), join(unfinished, file));
      await rename(unfinished, join(this.#folder, manifest.version));
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }

  replace(text: string, tag: string | undefined, signal: AbortSignal): Promise<boolean> {
    const path = join(this.#folder, DOCUMENT);
    return withLock(`${path}.lock`, signal, async () => {
      const now = await this.#source.deployment(signal);
      if (now?.tag !== tag) return false;
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
      return true;
    });
  }
}

class S3Store implements Store {
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #client = new S3Client({
    forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL),
  });

  constructor(url: string) {
    const { hostname, pathname } = new URL(url);
    const prefix = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, "");
    this.#bucket = hostname;
    this.#prefix = prefix && `${prefix}/`;
  }

  async put(directory: string, manifest: Manifest, signal: AbortSignal): Promise<void> {
    const key = (file: string) => `${this.#prefix}${manifest.version}/${file}`;
    for (const [file, { bytes, sha256 }] of Object.entries(manifest.files)) {
      // S3 refuses what arrives with another checksum.
      const checksum = Buffer.from(sha256, "hex").toString("base64");
      const Body = createReadStream(join(directory, file));
      const upload = { Body, ContentLength: bytes, ChecksumSHA256: checksum };
      const isNew = await this.#put({ Key: key(file), ...upload, IfNoneMatch: "*" }, signal);
      // An upload that ended half way left it, or another upload of this version is under way.
      if (!isNew && (await this.#checksum(key(file), signal)) !== checksum)
        throw new Error(
          `s3://${this.#bucket}/${key(file)} has other content: delete it, or take a new version`,
        );
    }
    // Last: with it the version is there. Another one of this name may have come meanwhile.
    const Body = await readFile(join(directory, "manifest.json"));
    const document = { Key: key("manifest.json"), Body, ContentType: JSON_TYPE };
    if (!(await this.#put({ ...document, IfNoneMatch: "*" }, signal)))
      throw new Error(`somebody published ${manifest.version} at the same time`);
  }

  replace(text: string, tag: string | undefined, signal: AbortSignal): Promise<boolean> {
    const condition = tag === undefined ? { IfNoneMatch: "*" } : { IfMatch: tag };
    const document = { Key: this.#prefix + DOCUMENT, Body: text, ContentType: JSON_TYPE };
    return this.#put({ ...document, ...condition }, signal);
  }

  async #checksum(Key: string, signal: AbortSignal): Promise<string | undefined> {
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key, ChecksumMode: "ENABLED" });
    return (await this.#client.send(command, { abortSignal: signal })).ChecksumSHA256;
  }

  /** @returns false where the condition doesn't hold (412), or another write was under way (409) */
  async #put(input: Omit<PutObjectCommandInput, "Bucket">, signal: AbortSignal): Promise<boolean> {
    try {
      const command = new PutObjectCommand({ Bucket: this.#bucket, ...input });
      await this.#client.send(command, { abortSignal: signal });
      return true;
    } catch (error) {
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      if (status === 412 || status === 409) return false;
      throw error;
    }
  }
}
