import { z } from "zod";
import { type KubernetesApi, KubernetesError } from "./kubernetes-api.ts";

/** A holder that hasn't renewed for this long has lost the lease. */
const DURATION_S = 6;
/** The holder renews this often; the others look as often. */
const EVERY_MS = 1900;

/** Where the holder is reached by the other guards. */
const ADDRESS = "trizone/address";

const Lease = z.looseObject({
  metadata: z.looseObject({
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).nullish(),
  }),
  spec: z.looseObject({
    holderIdentity: z.string().nullish(),
    renewTime: z.string().nullish(),
    leaseTransitions: z.number().nullish(),
  }),
});

type Lease = z.infer<typeof Lease>;

/**
 * Which of the guards acts: a Lease of Kubernetes' API (coordination.k8s.io/v1). Its times are compared with nobody's
 * clock: a holder is gone when its lease hasn't changed for the lease's duration, by the clock of who looks.
 */
export class GuardLease {
  readonly #api: KubernetesApi;
  readonly #folder: string;
  readonly #namespace: string;
  readonly #me: string;
  readonly #address: string;
  readonly #now: () => number;
  #seen: { version: string; at: number } | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #keptAt = Number.NEGATIVE_INFINITY;
  /** The holder's name and address, where another guard holds it. */
  holder: { name: string; address: string | undefined } | undefined;

  /** @param address base URL of this guard @param now milliseconds that only go forward */
  constructor(
    api: KubernetesApi,
    namespace: string,
    me: string,
    address: string,
    now = () => performance.now(),
  ) {
    this.#api = api;
    this.#namespace = namespace;
    this.#folder = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
    this.#me = me;
    this.#address = address;
    this.#now = now;
  }

  /** Whether this guard may act now. One that could not renew stops before another may begin. */
  get held(): boolean {
    return this.#now() - this.#renewedAt < (DURATION_S - 1) * 1000;
  }

  /**
   * Renews the lease, or takes one that nobody holds.
   * @param wanted whether this guard should act; false gives the lease away
   * @throws Error when the API doesn't answer: then the lease runs out by itself
   */
  async keep(wanted: boolean): Promise<boolean> {
    const begun = this.#now();
    // To give it away doesn't wait.
    if (begun - this.#keptAt < EVERY_MS && (wanted || !this.held)) return this.held;
    this.#keptAt = begun;
    const lease = await this.#read();
    if (!lease) {
      if (!wanted) return false;
      await this.#write("POST", this.#folder, this.#body(undefined), begun);
      return this.held;
    }
    const { holderIdentity: name } = lease.spec;
    const isMine = name === this.#me;
    this.holder = name && !isMine ? { name, address: lease.metadata.annotations?.[ADDRESS] } : undefined;
    if (!wanted) {
      this.#renewedAt = Number.NEGATIVE_INFINITY;
      if (isMine) await this.#write("PUT", `${this.#folder}/guard`, this.#body(lease, ""), undefined);
      return false;
    }
    if (isMine || this.#isFree(lease))
      await this.#write("PUT", `${this.#folder}/guard`, this.#body(lease), begun);
    else this.#renewedAt = Number.NEGATIVE_INFINITY;
    return this.held;
  }

  #isFree({ metadata: { resourceVersion: version }, spec: { holderIdentity } }: Lease): boolean {
    if (!holderIdentity) return true;
    if (this.#seen?.version !== version) this.#seen = { version, at: this.#now() };
    return this.#now() - this.#seen.at > DURATION_S * 1000;
  }

  async #read(): Promise<Lease | undefined> {
    try {
      return await this.#api.get(`${this.#folder}/guard`, Lease);
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** A conflict means that another guard was quicker. */
  async #write(
    method: "POST" | "PUT",
    path: string,
    body: unknown,
    begun: number | undefined,
  ): Promise<void> {
    try {
      await this.#api.send(method, path, body, Lease);
      if (begun !== undefined) this.#renewedAt = begun;
    } catch (error) {
      if (!(error instanceof KubernetesError && error.status === 409)) throw error;
      this.#renewedAt = Number.NEGATIVE_INFINITY;
    }
  }

  #body(old: Lease | undefined, holderIdentity = this.#me): unknown {
    const renewTime = new Date().toISOString().replace("Z", "000Z");
    const changes = old !== undefined && old.spec.holderIdentity !== holderIdentity;
    return {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        ...old?.metadata,
        name: "guard",
        namespace: this.#namespace,
        annotations: { ...old?.metadata.annotations, [ADDRESS]: holderIdentity ? this.#address : "" },
      },
      spec: {
        ...old?.spec,
        holderIdentity,
        leaseDurationSeconds: DURATION_S,
        renewTime,
        ...((changes || !old) && {
          acquireTime: renewTime,
          leaseTransitions: (old?.spec.leaseTransitions ?? 0) + (changes ? 1 : 0),
        }),
      },
    };
  }
}
