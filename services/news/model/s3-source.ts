import { setTimeout as sleep } from "node:timers/promises";
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { backoffMs } from "../../kit/client/retry.ts";
import { CheckedFile } from "./checked-file.ts";
import { isVersion, type Manifest, ModelError, parseManifest } from "./manifest.ts";
import type { ModelSource } from "./source.ts";

export interface S3Options {
  /** A connection that is given no byte for so long is given up, in milliseconds. @default 5000 */
  readTimeoutMs?: number;
  /** Tries of one request, or of one file without progress between them. @default 5 */
  attempts?: number;
  /** Bound of the first pause between two tries, which doubles with each, in milliseconds. @default 200 */
  backoffMs?: number;
}

const BACKOFF_CAP_MS = 5000;
/** Small documents are read as a whole; nothing that calls itself one may be larger, in bytes. */
const MAX_DOCUMENT = 4 * 1024 * 1024;

/** The bucket refused credentials that were good a while ago: new ones are to be asked for. */
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired"]);

/** Models in an S3 bucket. Credentials are the default chain's: in a cluster those of EKS Pod Identity. */
export class S3Source implements ModelSource {
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #options: Required<S3Options>;
  #client: S3Client;

  /** @param prefix without slashes at its ends, "" for the bucket's root */
  constructor(bucket: string, prefix: string, options: S3Options) {
    this.#bucket = bucket;
    this.#prefix = prefix && `${prefix}/`;
    this.#options = { readTimeoutMs: 5000, attempts: 5, backoffMs: 200, ...options };
    this.#client = this.#connect();
  }

  async versions(signal: AbortSignal): Promise<string[]> {
    const names: string[] = [];
    let from: string | undefined;
    do {
      const { CommonPrefixes = [], NextContinuationToken } = await this.#retry(signal, (attempt) =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: this.#prefix,
            Delimiter: "/",
            ContinuationToken: from,
          }),
          { abortSignal: attempt },
        ),
      );
      names.push(...CommonPrefixes.map(({ Prefix = "" }) => Prefix.slice(this.#prefix.length, -1)));
      from = NextContinuationToken;
    } while (from);
    return names.filter(isVersion).sort();
  }

  async manifest(version: string, signal: AbortSignal): Promise<Manifest> {
    if (!isVersion(version))
      throw new ModelError(version, "manifest.json", "can't be: that is no version's name");
    const found = await this.#document(`${version}/manifest.json`, signal);
    if (!found)
      throw new ModelError(version, "manifest.json", "is not in the bucket: there is no such version");
    return parseManifest(version, found.text);
  }

  async download(version: string, file: string, path: string, signal: AbortSignal): Promise<void> {
    const manifest = await this.manifest(version, signal);
    await using target = await CheckedFile.create(manifest, file, path);
    // A try goes on where the one before was cut off.
    await this.#retry(
      signal,
      async (attempt, alive) => {
        try {
          await this.#copy(`${version}/${file}`, target, attempt, alive);
        } catch (error) {
          if (!isMissing(error)) throw error;
          throw new ModelError(version, file, "is not in the bucket (any more)", { cause: error });
        }
      },
      () => target.bytes,
    );
    await target.check();
  }

  async deployment(signal: AbortSignal): Promise<{ text: string; tag: string } | undefined> {
    return this.#document("deployment.json", signal);
  }

  #connect(): S3Client {
    return new S3Client({
      maxAttempts: 1,
      // What stands in for S3 on one machine has no host name a bucket.
      forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL),
      requestHandler: {
        connectionTimeout: this.#options.readTimeoutMs,
        requestTimeout: this.#options.readTimeoutMs,
        throwOnRequestTimeout: true,
      },
    });
  }

  /** Appends what the object has beyond what was written already. */
  async #copy(key: string, target: CheckedFile, signal: AbortSignal, alive: () => void): Promise<void> {
    const from = target.bytes;
    const { Body } = await this.#get(key, signal, from > 0 ? `bytes=${from}-` : undefined);
    for await (const chunk of Body as AsyncIterable<Uint8Array>) {
      alive();
      await target.write(chunk);
    }
  }

  async #document(name: string, signal: AbortSignal): Promise<{ text: string; tag: string } | undefined> {
    return this.#retry(signal, async (attempt) => {
      try {
        const { Body, ETag = "", ContentLength = 0 } = await this.#get(name, attempt);
        if (ContentLength > MAX_DOCUMENT)
          throw new Error(
            `s3://${this.#bucket}/${this.#prefix}${name} has ${ContentLength} bytes: that is no document`,
          );
        return { text: (await Body?.transformToString()) ?? "", tag: ETag };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  #get(name: string, signal: AbortSignal, range?: string): Promise<GetObjectCommandOutput> {
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: this.#prefix + name,
      ...(range && { Range: range }),
    });
    return this.#client.send(command, { abortSignal: signal });
  }

  /**
   * Tries until it succeeds, with full jitter between the tries. A try is aborted when `readTimeoutMs` go by without
   * a call of its `alive`. Tries count from one again after one that changed what `progress` returns.
   */
  async #retry<Result>(
    signal: AbortSignal,
    work: (signal: AbortSignal, alive: () => void) => Promise<Result>,
    progress = () => 0,
  ): Promise<Result> {
    const { attempts, readTimeoutMs, backoffMs: baseMs } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const before = progress();
      const stalled = new AbortController();
      const timer = setTimeout(() => stalled.abort(), readTimeoutMs);
      try {
        signal.throwIfAborted();
        return await work(AbortSignal.any([signal, stalled.signal]), () => timer.refresh());
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ModelError || !(stalled.signal.aborted || isTransient(error))) throw error;
        if (progress() > before) attempt = 1;
        if (attempt >= attempts)
          throw new Error(this.#describe(attempt, stalled.signal.aborted), { cause: error });
        if (error instanceof S3ServiceException && EXPIRED.has(error.name)) this.#client = this.#connect();
      } finally {
        clearTimeout(timer);
      }
      await sleep(backoffMs(attempt, baseMs, BACKOFF_CAP_MS), undefined, { signal });
    }
  }

  #describe(attempts: number, stalled: boolean): string {
    const what = stalled ? `sent nothing for ${this.#options.readTimeoutMs} ms` : "can't be read";
    return `s3://${this.#bucket}/${this.#prefix} ${what}, after ${attempts} tries`;
  }
}

const isMissing = (error: unknown) =>
  error instanceof S3ServiceException && (error.name === "NoSuchKey" || error.name === "NotFound");

/** Whether the same request may succeed later: all but what S3 says about the request itself. */
function isTransient(error: unknown): boolean {
  if (error instanceof ModelError) return false;
  if (!(error instanceof S3ServiceException)) return true;
  const status = error.$metadata.httpStatusCode ?? 0;
  return status >= 500 || status === 429 || status === 408 || EXPIRED.has(error.name);
}
