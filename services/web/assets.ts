import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";

/** A file of the page, held in memory: there are few, and they are small. */
export interface Asset {
  body: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".map": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

/** The build puts a hash of the content into these names, so a name never changes its content. */
const HASHED = /-[A-Z0-9]{8}\.\w+(\.map)?$/;

/**
 * Reads the files below a folder, by URL path.
 * @throws Error when there is no index.html.
 */
export async function loadAssets(directory: string): Promise<Map<string, Asset>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const assets = new Map<string, Asset>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(directory.length).split(sep).join("/");
    assets.set(path, asset(path, new Uint8Array(await readFile(file))));
  }
  if (!assets.has("/index.html"))
    throw new Error(`There is no index.html in ${directory}; build the page first.`);
  return assets;
}

function asset(path: string, body: Uint8Array<ArrayBuffer>): Asset {
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  return {
    body,
    headers: {
      etag,
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "cache-control": HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
    },
  };
}
