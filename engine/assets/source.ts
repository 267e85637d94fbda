import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { getSystemErrorMap } from "node:util";
import { messageOf, type PropertyMap } from "../graph/index.ts";

/** One file: its text, or where it is. */
export interface Asset {
  text?: string;
  path?: string;
  uri?: string;
}

/** The first retry's delay in milliseconds, which grows by half each time, and how often a server is asked. */
const RETRY = { delayMs: 100, growth: 1.5, tries: 5 };
/** Milliseconds that a download may take. */
const DOWNLOAD_MS = 60_000;

/** A property of an asset or an archive that has to be a text. Throws when it is something else. */
export function textOf(value: PropertyMap, kind: string, key: string, what = key): string | undefined {
  const found = value[key];
  if (found === undefined || found === "") return undefined;
  if (typeof found === "string") return found;
  throw new Error(`unexpected ${kind} ${what} of type ${typeof found}`);
}

/** The asset that an object on the wire stands for. */
export function assetOf(value: PropertyMap): Asset {
  const get = (key: string, what?: string) => textOf(value, "asset", key, what);
  return { text: get("text"), path: get("path"), uri: get("uri", "URI") };
}

/** The content of an asset. */
export async function readAsset({ text, path, uri }: Asset, folder: string): Promise<Buffer> {
  if (path !== undefined) {
    const file = absolute(path, folder);
    const explain = (reason: string) => `failed to open asset file '${file}': ${reason}`;
    const found = await stat(file).catch(reject(`open ${file}`, explain));
    if (found.isDirectory()) throw new Error(`asset path '${file}' is a directory; try using an archive`);
    return readPath(file, explain);
  }
  return uri === undefined ? Buffer.from(text ?? "") : readUri(uri);
}

export function absolute(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

/** The content of a file; `explain` makes the message of the reason why it can't be read. */
export async function readPath(file: string, explain = (reason: string) => reason): Promise<Buffer> {
  return readFile(file).catch(reject(`open ${file}`, explain));
}

/** Throws an error of the file system as Go says it: `open /a/b: no such file or directory`. */
export function reject(what: string, explain = (reason: string) => reason): (error: unknown) => never {
  return (error) => {
    const [, reason] = getSystemErrorMap().get((error as NodeJS.ErrnoException).errno ?? 0) ?? [];
    throw new Error(explain(`${what}: ${reason ?? messageOf(error)}`), { cause: error });
  };
}

/** Reads a file by its `http:`, `https:` or `file:` URI. What a server answers counts, whatever its status is. */
export async function readUri(uri: string): Promise<Buffer> {
  const url = new URL(uri);
  if (url.protocol === "file:") {
    if (url.host !== "" && url.host !== "localhost")
      throw new Error(`file:// host '${url.host}' not supported (only localhost)`);
    return readPath(decodeURIComponent(url.pathname));
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new Error(`Unrecognized or unsupported URI scheme: ${url.protocol.slice(0, -1)}`);
  for (let attempt = 1; ; attempt++) {
    const last = attempt === RETRY.tries;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS) });
      const busy = answer.status >= 500 || answer.status === 429;
      const body = Buffer.from(await answer.arrayBuffer());
      if (!busy || last) return body;
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause ? messageOf(cause.cause) : messageOf(cause);
      if (last) throw new Error(`Get "${uri}": ${reason}`, { cause });
    }
    await delay(RETRY.delayMs * RETRY.growth ** (attempt - 1));
  }
}
