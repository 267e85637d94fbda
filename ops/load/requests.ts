import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import type { HttpRequest } from "./connection.ts";

/** One kind of request in a mix file. */
const MixEntry = z.strictObject({
  /** What it is counted under. @default METHOD path */
  name: z.string().min(1).optional(),
  /** Share against the others'. */
  weight: z.number().positive().default(1),
  method: z.string().toUpperCase().optional(),
  path: z.string().startsWith("/").default("/"),
  host: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  /** Text, or what is sent as JSON. */
  body: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
  expect: z
    .strictObject({
      status: z.union([z.number().int(), z.array(z.number().int())]).optional(),
      /** A regular expression that the answer's body must meet. */
      body: z.string().optional(),
    })
    .default({}),
});

/** A mix file: what is sent, each as often as its weight says. */
const Mix = z.array(MixEntry).min(1);
type MixEntry = z.infer<typeof MixEntry>;

/** What the command line says about the requests. */
export interface RequestOptions {
  target: readonly string[];
  host: readonly string[];
  header: readonly string[];
  mix?: string | undefined;
  expectBody?: string | undefined;
}

/** The requests of a load on these targets. @throws Error that says what is wrong with which option or file */
export async function requestsOf(options: RequestOptions): Promise<HttpRequest[]> {
  const headers = Object.fromEntries(options.header.map(headerOf));
  const targets = options.target.map(urlOf);
  const entries = options.mix === undefined ? undefined : await readMix(options.mix);
  const hosts = options.host.length > 0 ? options.host : [undefined];
  return targets.flatMap((url) =>
    hosts.flatMap((host) =>
      entries
        ? entries.map((entry) => mixed(url, host, headers, entry, targets.length > 1))
        : [plain(url, host, headers, options, targets.length > 1)],
    ),
  );
}

function plain(
  url: URL,
  host: string | undefined,
  headers: Record<string, string>,
  { expectBody }: RequestOptions,
  isOneOfMany: boolean,
): HttpRequest {
  const key = host ?? url.host;
  return {
    key: isOneOfMany && host ? `${host} by ${url.host}` : key,
    origin: url.origin,
    path: decodeURI(url.pathname) + url.search,
    headers: { ...headers, ...(host ? { host } : {}) },
    expect: { body: expectBody === undefined ? undefined : regExp(expectBody) },
  };
}

function mixed(
  url: URL,
  host: string | undefined,
  headers: Record<string, string>,
  entry: MixEntry,
  isOneOfMany: boolean,
): HttpRequest {
  const { weight, path, body, expect } = entry;
  const method = entry.method ?? (body === undefined ? "GET" : "POST");
  const name = entry.name ?? `${method} ${path}`;
  const from = entry.host ?? host;
  const isJson = body !== undefined && typeof body !== "string";
  const { status } = expect;
  return {
    key: [name, ...(host ? [host] : []), ...(isOneOfMany ? [url.host] : [])].join(" "),
    weight,
    origin: url.origin,
    method,
    path,
    headers: {
      ...(isJson ? { "content-type": "application/json" } : {}),
      ...headers,
      ...entry.headers,
      ...(from ? { host: from } : {}),
    },
    ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : body }),
    expect: {
      status: status === undefined ? undefined : [status].flat(),
      body: expect.body === undefined ? undefined : regExp(expect.body),
    },
  };
}

async function readMix(file: string): Promise<MixEntry[]> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new Error(`the mix file can't be read: ${error.message}`);
  });
  const read = Mix.safeParse(parse(text));
  if (read.success) return read.data;
  const problems = read.error.issues.map(
    ({ path, message }) => `  - ${path.join(".") || "(all)"}: ${message}`,
  );
  throw new Error(`${file} is no list of requests:\n${problems.join("\n")}`);
}

function headerOf(text: string): [string, string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error(`"${text}" is no header; write NAME: VALUE`);
  return [name.toLowerCase(), value];
}

function urlOf(text: string): URL {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new Error(`"${text}" is no URL of a target; write e.g. http://127.0.0.1:8080/quotes`);
  return new URL(text);
}

function regExp(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new Error(`"${text}" is no regular expression: ${(error as Error).message}`);
  }
}
