import { Peer } from "../kit/client/peer.ts";
import { isBelow } from "../kit/http/app.ts";
import type { Logger } from "../kit/telemetry/index.ts";
import type { Service } from "./routes.ts";

const FRESH_MS = 60_000;
/** A service that is away is asked again no sooner. */
const RETRY_MS = 5000;
const TIMEOUT_MS = 1000;

/** The parts of an OpenAPI document that are merged. */
interface Document {
  paths?: Record<string, object>;
  /** By kind and name. */
  components?: Record<string, Record<string, object>>;
}

/** The gateway's own paths, and what holds for every path. */
const BASE = {
  openapi: "3.1.0",
  info: { title: "Trizone", version: "1", description: "Orders, cash, portfolio, quotes and market news." },
  security: [{ accessToken: [] }],
  paths: {
    "/api/flags": {
      get: {
        summary: "What is switched on here",
        responses: { 200: { description: "Flags, by their names" } },
      },
    },
  },
  components: {
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
    const paths: Document["paths"] = { ...BASE.paths };
    const components: NonNullable<Document["components"]> = { ...BASE.components };
    const missing: string[] = [];
    const documents = await Promise.all(this.#sources.map((source) => source.document()));
    for (const [i, { service }] of this.#sources.entries()) {
      const document = documents[i];
      if (!document) missing.push(service.name);
      for (const [path, item] of Object.entries(document?.paths ?? {})) {
        if (service.paths.some((prefix) => isBelow(path, prefix))) paths[path] = item;
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
