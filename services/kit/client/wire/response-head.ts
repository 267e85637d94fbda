import type { IncomingHttpHeaders } from "node:http";

/** The first part of a response, up to the empty line. */
export interface ResponseHead {
  status: number;
  headers: IncomingHttpHeaders;
  /** Whether the connection may carry another request afterwards. */
  keepAlive: boolean;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const NAME = /^[!#$%&'*+\-.^_`|~\w]+$/;

/**
 * Reads a response's status line and headers, without the empty line that ends them.
 * @throws Error where it isn't HTTP/1.1 (RFC 9112): a response that is unclear could be taken for another request's.
 */
export function readHead(text: string): ResponseHead {
  const lines = text.split("\r\n");
  const status = STATUS_LINE.exec(lines[0] ?? "");
  if (!status) throw new Error("the response has no status line of HTTP/1.1");
  const headers: IncomingHttpHeaders = {};
  for (let i = 1; i < lines.length; i += 1) addLine(headers, lines[i] ?? "");
  const connection = headers.connection?.toLowerCase();
  const keepAlive = status[1] === "1" && !connection?.includes("close");
  return { status: Number(status[2]), headers, keepAlive };
}

function addLine(headers: IncomingHttpHeaders, line: string): void {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon)).toLowerCase();
  // A line that begins with a blank continues the one before, which is obsolete (RFC 9112, 5.2).
  if (!NAME.test(name)) throw new Error("the response has a header line that isn't one");
  const value = line.slice(colon + 1).trim();
  if (name === "set-cookie") headers["set-cookie"] = [...(headers["set-cookie"] ?? []), value];
  else if (!Object.hasOwn(headers, name)) headers[name] = value;
  else if (name === "content-length" && headers[name] !== value)
    throw new Error("the response has two lengths");
  else if (name !== "content-length") headers[name] = `${headers[name]}, ${value}`;
}
