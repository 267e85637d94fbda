import type { IncomingHttpHeaders } from "node:http";

/** Takes a response's body out of the bytes of a connection. */
export interface BodyReader {
  /** Whether all of it was read. */
  done: boolean;
  /** Reads on; hands each part to `part`. Returns how many bytes it took, all of them unless it is done. */
  read(bytes: Buffer, part: (bytes: Buffer) => void): number;
  /** Whether the body may end with the connection. */
  readonly endsWithConnection: boolean;
}

/** @throws Error when the response doesn't say how long its body is in a way that all understand alike */
export function bodyReader(method: string, status: number, headers: IncomingHttpHeaders): BodyReader {
  const coding = headers["transfer-encoding"];
  const length = headers["content-length"];
  if (method === "HEAD" || status === 204 || status === 304) return new Sized(0);
  if (coding !== undefined) {
    if (coding.toLowerCase() !== "chunked" || length !== undefined)
      throw new Error("the response is framed in a way that isn't known");
    return new Chunked();
  }
  if (length === undefined) return new Sized(Number.POSITIVE_INFINITY);
  if (!/^\d{1,15}$/.test(length)) throw new Error("the response's length isn't a number");
  return new Sized(Number(length));
}

/** A body of a known number of bytes; infinitely many end with the connection. */
class Sized implements BodyReader {
  done: boolean;
  readonly endsWithConnection: boolean;
  #left: number;

  constructor(length: number) {
    this.#left = length;
    this.done = length === 0;
    this.endsWithConnection = length === Number.POSITIVE_INFINITY;
  }

  read(bytes: Buffer, part: (bytes: Buffer) => void): number {
    const taken = Math.min(bytes.length, this.#left);
    this.#left -= taken;
    this.done = this.#left === 0;
    if (taken > 0) part(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    return taken;
  }
}

const LF = 10;
const MAX_LINE = 4096;
const SIZE = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i;

/** Chunks (RFC 9112, 7.1): a line with the size, the bytes, an empty line; a size of 0, trailers, an empty line. */
class Chunked implements BodyReader {
  done = false;
  readonly endsWithConnection = false;
  #state: "size" | "bytes" | "after bytes" | "trailers" = "size";
  #line = "";
  #left = 0;

  read(bytes: Buffer, part: (bytes: Buffer) => void): number {
    let at = 0;
    while (at < bytes.length && !this.done) {
      if (this.#state === "bytes") {
        const end = Math.min(bytes.length, at + this.#left);
        part(bytes.subarray(at, end));
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#state = "after bytes";
      } else {
        const newline = bytes.indexOf(LF, at);
        const end = newline < 0 ? bytes.length : newline + 1;
        this.#line += bytes.toString("latin1", at, end);
        if (this.#line.length > MAX_LINE) throw new Error("the response has a chunk without an end");
        at = end;
        if (newline >= 0) this.#takeLine();
      }
    }
    return at;
  }

  #takeLine(): void {
    if (!this.#line.endsWith("\r\n")) throw new Error("the response has a chunk without an end");
    const line = this.#line.slice(0, -2);
    this.#line = "";
    if (this.#state === "size") {
      const size = SIZE.exec(line)?.[1];
      if (size === undefined) throw new Error("the response has a chunk without a size");
      this.#left = Number.parseInt(size, 16);
      this.#state = this.#left === 0 ? "trailers" : "bytes";
    } else if (this.#state === "trailers") {
      this.done = line === "";
    } else if (line === "") {
      this.#state = "size";
    } else {
      throw new Error("the response has a chunk of another size than it says");
    }
  }
}
