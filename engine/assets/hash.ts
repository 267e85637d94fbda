import { createHash } from "node:crypto";
import { ARCHIVE, ASSET, isObject, messageOf, type PropertyMap, SIGNATURE } from "../graph/index.ts";
import { archiveOf, readFormatted, tarOf } from "./archive.ts";
import { assetOf, readAsset } from "./source.ts";

/**
 * The properties with each asset and archive, however deep, in the form in which the CLI records it: with the SHA-256
 * of its content. One that has a hash keeps it.
 * @param folder the program's, from which relative paths lead
 * @throws Error that names the property, in the CLI's words, when one can't be read
 */
export async function hashAssets(properties: PropertyMap, folder: string): Promise<PropertyMap> {
  return hasAsset(properties) ? hashEntries(properties, folder) : properties;
}

function isAsset(value: unknown): boolean {
  return isObject(value) && (value[SIGNATURE] === ASSET || value[SIGNATURE] === ARCHIVE);
}

function hasAsset(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasAsset);
  return isObject(value) && (isAsset(value) || Object.values(value).some(hasAsset));
}

async function hashEntries(object: PropertyMap, folder: string): Promise<PropertyMap> {
  const result: PropertyMap = { ...object };
  for (const key of Object.keys(object).sort()) result[key] = await hashValue(object[key], key, folder);
  return result;
}

/** `key` is that of the innermost object around the value, which is how the CLI names it. */
async function hashValue(value: unknown, key: string, folder: string): Promise<unknown> {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await hashValue(item, key, folder));
    return items;
  }
  if (!isObject(value) || !hasAsset(value)) return value;
  // What an archive has inside is hashed by itself, too.
  const hashed = await hashEntries(value, folder);
  if (!isAsset(value)) return hashed;
  const kind = value[SIGNATURE] === ASSET ? "asset" : "archive";
  try {
    return kind === "asset" ? await withAssetHash(hashed, folder) : await withArchiveHash(hashed, folder);
  } catch (cause) {
    throw new Error(`failed to compute ${kind} hash for "${key}": ${messageOf(cause)}`, { cause });
  }
}

async function withAssetHash(value: PropertyMap, folder: string): Promise<PropertyMap> {
  const asset = assetOf(value);
  const hash = value.hash || (await sha256([await readAsset(asset, folder)]));
  const { text, path, uri } = asset;
  return { [SIGNATURE]: ASSET, hash, ...(text && { text }), ...(path && { path }), ...(uri && { uri }) };
}

async function withArchiveHash(value: PropertyMap, folder: string): Promise<PropertyMap> {
  const archive = archiveOf(value);
  const hash = value.hash || (await sha256((await readFormatted(archive, folder)) ?? tarOf(archive, folder)));
  return { [SIGNATURE]: ARCHIVE, hash, ...archive };
}

async function sha256(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}
