import { posix } from "node:path";
import { inflateRawSync } from "node:zlib";
import type { Member } from "./tar.ts";

/** Reads the files of tar and zip archives; folders in them are left out. */
const BLOCK = 512;

/** The files of a tar, with the long names of GNU and PAX. */
export function untar(file: Buffer): Member[] {
  const found: Member[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= file.length && file[at] !== 0; ) {
    const field = (offset: number, length: number) =>
      file.toString("utf8", at + offset, at + offset + length).replace(/\0[\s\S]*$/, "");
    const size = Number.parseInt(field(124, 12).trim() || "0", 8);
    const content = file.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new Error("unexpected EOF");
    const type = field(156, 1) || "0";
    const prefix = file.toString("latin1", at + 257, at + 263) === "ustar\0" ? field(345, 155) : "";
    if (type === "L") longName = content.toString().replace(/\0+$/, "");
    else if (type === "x") longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString())?.[1] ?? longName;
    else {
      const name = longName ?? (prefix ? `${prefix}/${field(0, 100)}` : field(0, 100));
      if (type === "0") found.push({ name: clean(name), content });
      longName = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return found;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const END_SIZE = 22;

/** The files of a zip of less than 4 GiB, stored or deflated. */
export function unzip(file: Buffer): Member[] {
  let end = file.length - END_SIZE;
  while (end >= 0 && file.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error("failed to read ZIP: zip: not a valid zip file");
  const found: Member[] = [];
  let at = file.readUInt32LE(end + 16);
  for (let left = file.readUInt16LE(end + 10); left > 0; left--) {
    if (file.readUInt32LE(at) !== ENTRY) throw new Error("failed to read ZIP: zip: not a valid zip file");
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset));
    const name = file.toString("utf8", at + 46, at + 46 + (nameLength ?? 0));
    if (!name.endsWith("/")) found.push({ name: clean(name), content: inflate(file, at, name) });
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return found;
}

function inflate(file: Buffer, entry: number, name: string): Buffer {
  const [method, size, local] = [
    file.readUInt16LE(entry + 10),
    file.readUInt32LE(entry + 20),
    file.readUInt32LE(entry + 42),
  ];
  const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
  const packed = file.subarray(start, start + size);
  if (method === 0) return packed;
  if (method === 8) return inflateRawSync(packed);
  throw new Error(`failed to read ZIP inner file ${name}: zip: unsupported compression algorithm`);
}

function clean(name: string): string {
  return posix.normalize(name).replace(/(?<=.)\/$/, "");
}
