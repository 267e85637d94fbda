import type { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { Agent, request } from "undici";
import { z } from "zod";
import { signer } from "./aws.ts";

const TIMEOUT_MS = 3000;

/** A shift as ARC answers it; times are seconds since 1970. */
const Shift = z.object({
  zonalShiftId: z.string(),
  resourceIdentifier: z.string(),
  /** Id of a zone, such as `apse2-az2`. */
  awayFrom: z.string(),
  startTime: z.number(),
  expiryTime: z.number(),
  comment: z.string(),
  status: z.enum(["ACTIVE", "EXPIRED", "CANCELED"]).optional(),
});

export type ArcShift = z.infer<typeof Shift>;

const Resources = z.object({
  items: z.array(
    z.object({
      arn: z.string().optional(),
      zonalShifts: z.array(Shift).default([]),
      autoshifts: z.array(z.object({ awayFrom: z.string(), startTime: z.number() })).default([]),
    }),
  ),
  nextToken: z.string().nullish(),
});

export type ArcResource = z.infer<typeof Resources>["items"][number];

const Shifts = z.object({ items: z.array(Shift).default([]), nextToken: z.string().nullish() });

/** An answer of ARC other than success. */
export class ArcError extends Error {
  override name = "ArcError";
  readonly status: number;
  /** Of a conflict, such as `ZonalShiftAlreadyExists`. */
  readonly reason: string | undefined;

  constructor(status: number, message: string, reason: string | undefined) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

interface Call {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string>;
  body?: object;
}

/** ARC's zonal shift API (version 2022-10-30), as much of it as the guard may use; each call is one attempt in bounded time. */
export class Arc {
  readonly #endpoint: URL;
  readonly #signature: SignatureV4;
  readonly #agent = new Agent({ connect: { timeout: TIMEOUT_MS } });

  /** @param credentials @default as for `signer` */
  constructor(endpoint: string, region: string, credentials?: AwsCredentialIdentityProvider) {
    this.#endpoint = new URL(endpoint);
    this.#signature = signer("arc-zonal-shift", region, this.#endpoint, credentials);
  }

  /** All managed resources of the account with their active shifts. @throws ArcError, or Error without an answer */
  async resources(): Promise<ArcResource[]> {
    return this.#pages("/managedresources", Resources);
  }

  /** The account's latest shifts, ended ones too. @throws as `resources` */
  async shifts(): Promise<ArcShift[]> {
    return (await this.#send({ method: "GET", path: "/zonalshifts", query: { maxResults: "100" } }, Shifts))
      .items;
  }

  /** @param expiresIn such as `2m` @throws as `resources` */
  start(input: {
    resourceIdentifier: string;
    awayFrom: string;
    expiresIn: string;
    comment: string;
  }): Promise<ArcShift> {
    return this.#send({ method: "POST", path: "/zonalshifts", body: input }, Shift);
  }

  /** @param expiresIn from now on @throws as `resources` */
  renew(id: string, expiresIn: string): Promise<ArcShift> {
    return this.#send({ method: "PATCH", path: `/zonalshifts/${percent(id)}`, body: { expiresIn } }, Shift);
  }

  /** @throws as `resources` */
  cancel(id: string): Promise<ArcShift> {
    return this.#send({ method: "DELETE", path: `/zonalshifts/${percent(id)}` }, Shift);
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #pages<Item>(
    path: string,
    schema: z.ZodType<{ items: Item[]; nextToken?: string | null | undefined }>,
  ): Promise<Item[]> {
    const all: Item[] = [];
    let nextToken: string | null | undefined;
    do {
      const query = { maxResults: "100", ...(nextToken && { nextToken }) };
      const page = await this.#send({ method: "GET", path, query }, schema);
      all.push(...page.items);
      nextToken = page.nextToken;
    } while (nextToken);
    return all;
  }

  async #send<Answer>({ method, path, query = {}, body }: Call, schema: z.ZodType<Answer>): Promise<Answer> {
    const { protocol, hostname, host, origin } = this.#endpoint;
    const text = body && JSON.stringify(body);
    const headers = { host, ...(text !== undefined && { "content-type": "application/json" }) };
    const signed = await this.#signature.sign({
      method,
      protocol,
      hostname,
      path,
      query,
      headers,
      body: text,
    });
    const search = Object.entries(query).map(([name, value]) => `${percent(name)}=${percent(value)}`);
    const answer = await request(`${origin}${path}${search.length > 0 ? `?${search.join("&")}` : ""}`, {
      dispatcher: this.#agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      method,
      headers: signed.headers,
      body: text ?? null,
    });
    const received = parse(await answer.body.text());
    if (answer.statusCode > 299)
      throw refused(answer.statusCode, answer.headers["x-amzn-errortype"], received);
    const parsed = schema.safeParse(received);
    if (parsed.success) return parsed.data;
    throw new Error(
      `ARC answered ${method} ${path} with something else than documented: ${parsed.error.message}`,
    );
  }
}

function refused(status: number, type: string | string[] | undefined, body: unknown): ArcError {
  const { message, reason } = z
    .object({ message: z.string(), reason: z.string() })
    .partial()
    .catch({})
    .parse(body);
  const name = String(type ?? "").split(":")[0] || `status ${status}`;
  return new ArcError(status, `ARC answered ${name}: ${message ?? "it doesn't say why"}`, reason);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Percent-encodes all but RFC 3986's unreserved characters, as Signature Version 4 asks for. */
function percent(text: string): string {
  const more = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, more);
}
