import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import type { DataKey, EnvelopeKey } from "./envelope.ts";
import { openSealed, seal } from "./envelope.ts";

const LINE = /^([\w.-]{1,64}) ([A-Za-z0-9+/]{43}=)$/;
/** Rights of others, and the right of the group to write. */
const TOO_OPEN = 0o027;
const MAX_BYTES = 64 * 1024;

interface Keys {
  current: string;
  byId: Map<string, Buffer>;
}

/**
 * Envelope keys in a file: lines of `<id> <base64 of 32 bytes>`. The first wraps new data keys, all unwrap; to rotate,
 * put a new first line, rewrap, and take the old line out. The file is read for each use, which is rare, so that a
 * change counts at once.
 */
export class FileEnvelopeKey implements EnvelopeKey {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws Error saying what is wrong with the file. */
  async check(): Promise<void> {
    await this.#read();
  }

  async newDataKey(owner: string): Promise<DataKey> {
    const { current, byId } = await this.#read();
    const plain = randomBytes(32);
    return { plain, wrapped: seal(byId.get(current) as Buffer, plain, context(owner)), keyId: current };
  }

  async openDataKey({ wrapped, keyId }: Omit<DataKey, "plain">, owner: string): Promise<Buffer> {
    const key = (await this.#read()).byId.get(keyId);
    if (!key)
      throw new Error(`${this.#path} has no key ${keyId}, under which data still is; put its line back`);
    return openSealed(key, wrapped, context(owner));
  }

  async #read(): Promise<Keys> {
    const file = await open(this.#path, "r").catch((cause: Error) => {
      throw new Error(`The key file can't be read (${cause.message}); PERSONAL_DATA_KEY names it`, { cause });
    });
    try {
      const { mode, size } = await file.stat();
      if ((mode & TOO_OPEN) !== 0) {
        const shown = (mode & 0o777).toString(8).padStart(3, "0");
        throw new Error(`The key file ${this.#path} is open to others (mode ${shown}); make it 600 or 440`);
      }
      if (size > MAX_BYTES) throw new Error(`The key file ${this.#path} is too large to be one`);
      return parse(await file.readFile("utf8"), this.#path);
    } finally {
      await file.close();
    }
  }
}

/** Never quotes a line: it may hold a key. */
function parse(text: string, path: string): Keys {
  const byId = new Map<string, Buffer>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line === "") continue;
    const [, id, base64] = LINE.exec(line) ?? [];
    if (!id || !base64) {
      throw new Error(`Line ${i + 1} of the key file ${path} is not "<id> <base64 of 32 bytes>"`);
    }
    if (byId.has(id)) throw new Error(`The key file ${path} has the key ${id} twice`);
    byId.set(id, Buffer.from(base64, "base64"));
  }
  const [current] = byId.keys();
  if (!current) throw new Error(`The key file ${path} has no key; a line is "<id> <base64 of 32 bytes>"`);
  return { current, byId };
}

const context = (owner: string) => `data key of ${owner}`;
