import { posix } from "node:path";

/** A file of an archive. */
export interface Member {
  name: string;
  content: Buffer;
}

/** Tar as Go's `archive/tar` writes it, byte for byte: USTAR, and PAX for names that USTAR can't hold. */
const BLOCK = 512;

/** Bytes that USTAR has for a name, and for the folders before it. */
const NAME = 100;
const PREFIX = 155;

/** What ends a tar. */
export const tarEnd = Buffer.alloc(2 * BLOCK);

/** A file in a tar: its header, its content, and what fills its last block. */
export function* tarMember(name: string, content: Buffer): Generator<Buffer> {
  const fits = isAscii(name) && name.length <= NAME;
  const split = splitName(name);
  if (fits || split) {
    yield fileHeader(split?.name ?? name, content.length, split?.prefix ?? "");
  } else {
    const record = Buffer.from(paxRecord("path", name));
    const { dir, base } = posix.parse(name);
    yield* [paxHeader(posix.join(dir, "PaxHeaders.0", base), record.length), record, filler(record.length)];
    yield fileHeader(ascii(name), content.length, "");
  }
  yield content;
  yield filler(content.length);
}

function isAscii(text: string): boolean {
  return ascii(text) === text;
}

function ascii(text: string): string {
  return text.replace(/\P{ASCII}/gu, "");
}

/** Splits a long name at a slash, the folders into USTAR's prefix. */
function splitName(name: string): { prefix: string; name: string } | undefined {
  if (!isAscii(name) || name.length <= NAME) return undefined;
  const at = name.slice(0, PREFIX + 1).lastIndexOf("/");
  const rest = name.length - at - 1;
  if (at <= 0 || rest > NAME || rest === 0 || at > PREFIX) return undefined;
  return { prefix: name.slice(0, at), name: name.slice(at + 1) };
}

/** `LENGTH key=value`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const size = Buffer.byteLength(key) + Buffer.byteLength(value) + 3;
  let length = size + String(size).length;
  length = size + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function filler(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

function octal(block: Buffer, offset: number, length: number, value: number): void {
  block.write(value.toString(8).padStart(length - 1, "0"), offset);
}

function header(type: string, name: string, mode: number, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name.slice(0, NAME), 0, "latin1");
  octal(block, 100, 8, mode);
  for (const id of [108, 116]) octal(block, id, 8, 0);
  octal(block, 124, 12, size);
  octal(block, 136, 12, 0);
  block.write(type, 156);
  block.write("ustar\0", 257, "latin1");
  block.write("00", 263);
  return block;
}

function fileHeader(name: string, size: number, prefix: string): Buffer {
  const block = header("0", name, 0o600, size);
  for (const device of [329, 337]) octal(block, device, 8, 0);
  block.write(prefix, 345, "latin1");
  return withChecksum(block);
}

function paxHeader(name: string, size: number): Buffer {
  return withChecksum(header("x", ascii(name).slice(0, NAME).replace(/\/+$/, ""), 0, size));
}

/** The sum of the header's bytes, where the sum itself counts as spaces. */
function withChecksum(block: Buffer): Buffer {
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  octal(block, 148, 7, sum);
  block[154] = 0;
  return block;
}
