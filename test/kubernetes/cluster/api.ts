import { setTimeout as sleep } from "node:timers/promises";
import { Agent, fetch } from "undici";
import { type KubernetesObject, ofKind } from "../objects.ts";

// biome-ignore lint/suspicious/noExplicitAny: each path has an answer of its own
type Answer = any;

interface Kind {
  name: string;
  kind: string;
  namespaced: boolean;
}

/** Milliseconds that the API server may take for an answer. */
const ANSWER_MS = 60_000;

/** A client of a Kubernetes API server with a certificate of its own. */
export class Api {
  readonly #url: string;
  readonly #token: string;
  readonly #agent = new Agent({ connect: { rejectUnauthorized: false }, connections: 8 });
  readonly #kinds = new Map<string, Promise<Kind[]>>();

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  get(path: string): Promise<Answer> {
    return this.#ask("GET", path);
  }

  create(path: string, body: object): Promise<Answer> {
    return this.#ask("POST", path, body, "application/json");
  }

  delete(path: string, body: object = {}): Promise<Answer> {
    return this.#ask("DELETE", path, body, "application/json");
  }

  /** RFC 7396. */
  patch(path: string, body: object): Promise<Answer> {
    return this.#ask("PATCH", path, body, "application/merge-patch+json");
  }

  /** Makes or changes an object as Pulumi's provider does; rejects with the reason when it isn't admitted. */
  async apply(object: KubernetesObject): Promise<Answer> {
    const path = `${await this.pathOf(object)}?fieldManager=tests&force=true&fieldValidation=Strict`;
    return this.#ask("PATCH", path, object, "application/apply-patch+yaml");
  }

  async pathOf({ apiVersion, kind, metadata }: KubernetesObject): Promise<string> {
    const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const known = this.#kinds.get(group) ?? this.get(group).then(({ resources }) => resources);
    this.#kinds.set(group, known);
    const found = (await known).find((one: Kind) => one.kind === kind && !one.name.includes("/"));
    if (!found) throw new Error(`the API server has no ${kind} in ${apiVersion}`);
    const namespace = found.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${group}${namespace}/${found.name}/${metadata.name}`;
  }

  /** Asks anew which kinds there are. */
  forget(): void {
    this.#kinds.clear();
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #ask(method: string, path: string, body?: object, type?: string): Promise<Answer> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...(type ? { "content-type": type } : {}) },
      body: body && JSON.stringify(body),
      dispatcher: this.#agent,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${messageOf(text)}`);
    return answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text;
  }
}

function messageOf(text: string): string {
  try {
    return JSON.parse(text).message ?? text;
  } catch {
    return text.slice(0, 300);
  }
}

/** A definition for a kind whose controller isn't here, which takes any fields and can be scaled. */
function openDefinition({ apiVersion, kind }: KubernetesObject): KubernetesObject {
  const [group = "", version = ""] = apiVersion.split("/");
  const singular = kind.toLowerCase();
  const plural = singular.endsWith("s") ? `${singular}es` : `${singular}s`;
  const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: open },
          subresources: {
            scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
          },
        },
      ],
    },
  };
}

/** Namespaces that others make, and definitions of kinds whose controllers the charts bring. */
export async function define(api: Api, objects: KubernetesObject[]): Promise<void> {
  const made = new Set(ofKind(objects, "Namespace").map(({ metadata }) => metadata.name));
  for (const name of new Set(objects.map(({ metadata }) => metadata.namespace ?? "default"))) {
    if (made.has(name)) continue;
    await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  const custom = new Map(
    objects
      .filter(({ apiVersion }) => /\.[a-z]+\//.test(apiVersion) && !/\.k8s\.io\//.test(apiVersion))
      .concat(
        objects.filter(({ apiVersion }) =>
          /^(secrets-store\.csi\.x-k8s\.io|elbv2\.k8s\.aws)\//.test(apiVersion),
        ),
      )
      .map((object) => [`${object.apiVersion} ${object.kind}`, object]),
  );
  for (const object of custom.values()) {
    await api.apply(openDefinition(object));
    const served = async () => (await api.pathOf(object)) !== "";
    for (let tries = 0; !(await served().catch(() => false)); tries++) {
      if (tries === 60) throw new Error(`${object.kind} is not served`);
      api.forget();
      await sleep(500);
    }
  }
}
