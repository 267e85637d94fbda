import { lstat, readdir, stat } from "node:fs/promises";
import { basename, join, posix, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { ARCHIVE, ASSET, isObject, type PropertyMap, SIGNATURE } from "../graph/index.ts";
import { absolute, assetOf, readAsset, readPath, readUri, reject, textOf } from "./source.ts";
import { type Member, tarEnd, tarMember } from "./tar.ts";
import { untar, unzip } from "./unpack.ts";

/** Several files: by name, or where they are. */
export interface Archive {
  path?: string;
  uri?: string;
  assets?: PropertyMap;
}

/** What the CLI leaves out of an archive that is a folder. */
const BOOKKEEPING = ".pulumi";

/** How a file's ending says that it is an archive, and how its members are read. */
const formats: [endings: RegExp, read: (file: Buffer) => Member[]][] = [
  [/\.tar$/, untar],
  [/\.(tgz|tar\.gz)$/, (file) => untar(gunzipSync(file))],
  [/\.(zip|jar)$/, unzip],
];

function readerOf(path: string): ((file: Buffer) => Member[]) | undefined {
  return formats.find(([endings]) => endings.test(path))?.[1];
}

/** The archive that an object on the wire stands for. */
export function archiveOf(value: PropertyMap): Archive {
  const path = textOf(value, "archive", "path");
  if (path !== undefined) return { path };
  const uri = textOf(value, "archive", "uri", "URI");
  if (uri !== undefined) return { uri };
  const { assets = {} } = value;
  if (!isObject(assets)) throw new Error(`unexpected archive contents of type ${typeof assets}`);
  for (const [name, member] of Object.entries(assets)) {
    if (isObject(member) && (member[SIGNATURE] === ASSET || member[SIGNATURE] === ARCHIVE)) continue;
    throw new Error(`archive member '${name}' is not an asset or archive`);
  }
  return { assets };
}

/** The bytes of an archive that is a file, by its ending; undefined for one whose files are not packed. */
export async function readFormatted({ path, uri }: Archive, folder: string): Promise<Buffer[] | undefined> {
  if (path !== undefined) return readerOf(path) && [await readPath(absolute(path, folder))];
  return uri !== undefined && readerOf(new URL(uri).pathname) ? [await readUri(uri)] : undefined;
}

/** An archive as the CLI packs it to hash it: a tar of its members, of which the first of a name counts. */
export async function* tarOf(archive: Archive, folder: string): AsyncGenerator<Buffer> {
  const seen = new Set<string>();
  for await (const { name, content } of members(archive, folder)) {
    if (seen.has(name)) continue;
    seen.add(name);
    yield* tarMember(name, content);
  }
  yield tarEnd;
}

async function* members(archive: Archive, folder: string): AsyncGenerator<Member> {
  const { path, uri, assets = {} } = archive;
  if (path !== undefined) yield* membersAt(absolute(path, folder));
  else if (uri !== undefined) yield* membersOfUri(uri);
  else for (const name of Object.keys(assets).sort(byBytes)) yield* membersOf(name, assets[name], folder);
}

async function* membersOf(name: string, value: unknown, folder: string): AsyncGenerator<Member> {
  const inner = value as PropertyMap;
  if (inner[SIGNATURE] === ASSET) {
    yield { name, content: await readAsset(assetOf(inner), folder) };
    return;
  }
  for await (const member of members(archiveOf(inner), folder))
    yield { ...member, name: posix.join(name, member.name) };
}

async function* membersOfUri(uri: string): AsyncGenerator<Member> {
  const read = readerOf(new URL(uri).pathname);
  if (!read) throw new Error(`file at URL '${uri}' is not a recognized archive format`);
  yield* read(await readUri(uri));
}

async function* membersAt(path: string): AsyncGenerator<Member> {
  const read = readerOf(path);
  if (read) {
    yield* read(await readPath(path));
    return;
  }
  const explain = (reason: string) => `couldn't read archive path '${path}': ${reason}`;
  const found = await stat(path).catch(reject(`stat ${path}`, explain));
  if (!found.isDirectory()) throw new Error(`'${path}' is neither a recognized archive type nor a directory`);
  for await (const file of filesIn(path)) {
    yield { name: relative(path, file), content: await readPath(file) };
  }
}

/** The files of a folder and the folders in it, in the order of their names. Links to folders are not followed. */
async function* filesIn(path: string): AsyncGenerator<string> {
  if (basename(path) === BOOKKEEPING) return;
  const found = await lstat(path).catch(reject(`lstat ${path}`));
  if (!found.isDirectory()) {
    const target = found.isSymbolicLink() ? await stat(path).catch(reject(`stat ${path}`)) : found;
    if (!target.isDirectory()) yield path;
    return;
  }
  const names = await readdir(path).catch(reject(`open ${path}`));
  for (const name of names.sort(byBytes)) yield* filesIn(join(path, name));
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
