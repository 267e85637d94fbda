import { readFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { z } from "zod";

const TIMEOUT_MS = 2000;

/** Where Kubernetes mounts a pod's token and the cluster's certificate. */
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** An answer of Kubernetes' API that isn't the one that was asked for. */
export class KubernetesError extends Error {
  override name = "KubernetesError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Kubernetes' API with the pod's own service account; or, on a laptop, its supervisor, which serves as much of it as is
 * used, and whose token is the URL's password.
 */
export class KubernetesApi {
  readonly #base: URL;
  readonly #folder: string;
  #agent: Promise<Agent> | undefined;

  /** @param folder of the service account's files */
  constructor(base: string, folder = SERVICE_ACCOUNT) {
    this.#base = new URL(base);
    this.#folder = folder;
  }

  /** @throws KubernetesError for another status than 2xx, Error where nothing usable is answered */
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
    return this.send("GET", path, undefined, schema);
  }

  /** As `get`. */
  async send<Schema extends z.ZodType>(
    method: "GET" | "POST" | "PUT",
    path: string,
    body: unknown,
    schema: Schema,
  ): Promise<z.infer<Schema>> {
    this.#agent ??= this.#connect();
    const answer = await request(this.#base.origin + path, {
      dispatcher: await this.#agent,
      method,
      headers: {
        authorization: `Bearer ${await this.#token()}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.body.text();
    if (answer.statusCode > 299)
      throw new KubernetesError(
        answer.statusCode,
        `Kubernetes' API answered ${method} ${path} with ${answer.statusCode}: ${text.slice(0, 200)}`,
      );
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    throw new Error(`Kubernetes' API answered ${method} ${path} with ${z.prettifyError(parsed.error)}`);
  }

  async close(): Promise<void> {
    await (await this.#agent)?.destroy();
  }

  /** The kubelet replaces the token's file before it expires, so it is read each time. */
  async #token(): Promise<string> {
    if (this.#base.password) return decodeURIComponent(this.#base.password);
    return (await readFile(`${this.#folder}/token`, "utf8")).trim();
  }

  async #connect(): Promise<Agent> {
    const isPlain = this.#base.protocol === "http:";
    const ca = isPlain ? {} : { ca: await readFile(`${this.#folder}/ca.crt`, "utf8") };
    return new Agent({ connect: { timeout: TIMEOUT_MS, ...ca } });
  }
}
