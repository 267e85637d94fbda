import { z } from "zod";
import { Peer } from "../kit/client/peer.ts";
import { PROBLEM_SCHEMA } from "../kit/http/api.ts";
import { isBelow } from "../kit/http/request-target.ts";
import type { Logger } from "../kit/telemetry/index.ts";
import { Flags } from "./environment.ts";
import type { Service } from "./routes.ts";

const FRESH_MS = 60_000;
/** A service that is away is asked again no sooner. */
const RETRY_MS = 5000;
const TIMEOUT_MS = 1000;

/** The parts of an OpenAPI document that are merged. */
interface Document {
  /** Operations by path and method. */
  paths?: Record<string, Record<string, { responses?: object }>>;
  /** By kind and name. */
  components?: Record<string, Record<string, object>>;
}

const json = (schema: object) => ({ "application/json": { schema } });

/** A response that the gateway gives itself, whatever was asked for. */
const failure = (description: string, headers: Record<string, string> = {}) => ({
  description,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, about]) => [
      name,
      { description: about, schema: { type: "string" } },
    ]),
  ),
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});
const LATER = { "Retry-After": "Seconds to wait" };
const FAILURES = {
  400: failure("Malformed"),
  401: failure("Not signed in", { "WWW-Authenticate": "What a token is to be, or what is wrong with it" }),
  429: failure("More requests than a user may send", LATER),
  502: failure("A service can't be reached", LATER),
  503: failure("Too much to do, or something that is needed is away", LATER),
  504: failure("A service did not answer in time", LATER),
};

/** The gateway's own paths, and what holds for every path. */
const BASE = {
  openapi: "3.1.0",
  info: { title: "Trizone", version: "1", description: "Orders, cash, portfolio, quotes and market news." },
  security: [{ accessToken: [] }],
  paths: {
    "/api/flags": {
      get: {
        summary: "What is switched on here",
        responses: {
          200: {
            description: "Flags, by their names",
            content: json(z.toJSONSchema(Flags, { io: "output" })),
          },
        },
      },
    },
  },
  components: {
    schemas: { Problem: PROBLEM_SCHEMA },
    securitySchemes: { accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
  },
};

/** One service's document: kept for a while, and for longer while the service is away. */
class Source {
  readonly service: Service;
  readonly #peer: Peer;
  readonly #log: Logger;
  #document: Document | undefined;
  #askAgainAt = 0;
  #asking: Promise<void> | undefined;

  constructor(service: Service, url: string, log: Logger) {
    this.service = service;
    this.#peer = new Peer({ url, name: service.name });
    this.#log = log;
  }

  /** Undefined when the service never answered. */
  async document(): Promise<Document | undefined> {
    if (performance.now() >= this.#askAgainAt) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
    return this.#document;
  }

  close(): Promise<void> {
    return this.#peer.close();
  }

  async #ask(): Promise<void> {
    try {
      const answer = await this.#peer.get<Document>("/openapi.json", { timeoutMs: TIMEOUT_MS });
      this.#document = answer.body;
      this.#askAgainAt = performance.now() + FRESH_MS;
    } catch (error) {
      this.#askAgainAt = performance.now() + RETRY_MS;
      const service = this.service.name;
      this.#log.warn({ err: error, service }, "could not fetch a service's OpenAPI document");
    }
  }
}

/** Operations of a path with what the gateway may answer besides; a service's own words are closer to what it does. */
function withFailures(item: NonNullable<Document["paths"]>[string]) {
  return Object.fromEntries(
    Object.entries(item).map(([method, operation]) => [
      method,
      { ...operation, responses: { ...FAILURES, ...operation.responses } },
    ]),
  );
}

/**
 * The OpenAPI 3.1 document of all that is behind the gateway; `x-missing` names services whose document could not be
 * fetched. Services must not give different components the same name.
 */
export class ApiDocument {
  readonly #sources: Source[];

  constructor(services: readonly Service[], log: Logger) {
    this.#sources = services.flatMap((service) =>
      service.url ? [new Source(service, service.url, log)] : [],
    );
  }

  async get(): Promise<object> {
    const paths: Document["paths"] = {};
    for (const [path, item] of Object.entries(BASE.paths)) paths[path] = withFailures(item);
    const components: NonNullable<Document["components"]> = { ...BASE.components };
    const missing: string[] = [];
    const documents = await Promise.all(this.#sources.map((source) => source.document()));
    for (const [i, { service }] of this.#sources.entries()) {
      const document = documents[i];
      if (!document) missing.push(service.name);
      for (const [path, item] of Object.entries(document?.paths ?? {})) {
        if (service.paths.some((prefix) => isBelow(path, prefix))) paths[path] = withFailures(item);
      }
      for (const [kind, named] of Object.entries(document?.components ?? {})) {
        components[kind] = { ...components[kind], ...named };
      }
    }
    return { ...BASE, paths, components, ...(missing.length > 0 && { "x-missing": missing }) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()));
  }
}
