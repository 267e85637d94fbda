import { Peer } from "../../kit/client/peer.ts";
import type { Logger } from "../../kit/telemetry/index.ts";
import type { Service } from "../services.ts";
import { merge, type Part } from "./merge.ts";

const FRESH_MS = 60_000;
/** A service that is away is asked again no sooner. */
const RETRY_MS = 5000;
const TIMEOUT_MS = 1000;

type Document = Part["document"];

/** The gateway's own paths, and what holds for every path. */
const BASE: Document = {
  openapi: "3.1.0",
  info: { title: "Trizone", version: "1", description: "Orders, cash, portfolio and quotes." },
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
      const answer = await this.#peer.get<Document>("/openapi.json", { timeoutMs: TIMEOUT_MS, tries: 1 });
      this.#document = answer.body;
      this.#askAgainAt = performance.now() + FRESH_MS;
    } catch (error) {
      this.#askAgainAt = performance.now() + RETRY_MS;
      this.#log.warn(
        { err: error, service: this.service.name },
        "could not fetch a service's OpenAPI document",
      );
    }
  }
}

/** The OpenAPI 3.1 document of all that is behind the gateway; `x-missing` names services whose document could not be fetched. */
export class ApiDocument {
  readonly #sources: Source[];

  constructor(services: readonly Service[], log: Logger) {
    this.#sources = services.flatMap((service) =>
      service.url ? [new Source(service, service.url, log)] : [],
    );
  }

  async get(): Promise<Document> {
    const documents = await Promise.all(
      this.#sources.map(async (source) => ({ service: source.service, document: await source.document() })),
    );
    const missing = documents.filter(({ document }) => !document).map(({ service }) => service.name);
    const parts = documents.flatMap(({ service, document }) => {
      if (!document) return [];
      const routes = (path: string) =>
        service.paths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
      return [{ service: service.name, document, routes }];
    });
    return merge(missing.length > 0 ? { ...BASE, "x-missing": missing } : BASE, parts);
  }

  async close(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()));
  }
}
