import { Agent, request } from "undici";
import { PROBE } from "./core/guard.ts";
import { CLASSES, LATENCY_EDGES, type PodSecond } from "./core/sample.ts";
import type { Target } from "./sources/index.ts";

/** A probe that takes longer has failed. */
const TIMEOUT_MS = 2000;
/** No service has anything there: a pod's answer shows that it takes requests. */
const PATH = "/probe";
/** Pods of a service that are asked in each zone. */
const MOST_PODS = 3;
/**
 * Times a second that each pod is asked: usually; where a zone without traffic is judged; and at most while a zone is
 * suspect, as traffic alone may not tell for long whether one pod is bad or all are. All zones are then asked as often as
 * the suspect: so many probes say most when they are even.
 */
const TIMES = { usual: 0.5, often: 3, suspect: 12 };
/** Probes a second while a zone is suspect, as far as that isn't less than `often`: they must not be a load themselves. */
const MOST_SUSPECTED = 170;

interface Answered {
  requests: number;
  errors: number;
  latency: number[];
}

/** What the guard asks pods itself, so that zones without traffic are known too. */
export class Probes {
  readonly #agents = new Map<string, Agent>();
  readonly #secure: { authority: string; nameOf: (service: string) => string } | undefined;
  readonly #pods = new Map<string, { target: Target; answered: Answered; underWay: number }>();

  /** @param secure where pods speak HTTPS: their authority's certificate, PEM, and the name in a service's */
  constructor(secure?: { authority: string; nameOf: (service: string) => string }) {
    this.#secure = secure;
  }

  /**
   * Asks the given pods once more, spread over the second that begins. Answers come in later seconds.
   * @param shifted zones without traffic @param isSuspect whether a zone may be sick
   */
  ask(targets: readonly Target[], shifted: readonly string[], isSuspect: boolean): void {
    const ofService = new Map<string, number>();
    const asked = targets.filter((target) => {
      // A shifted zone's endpoints have left, which doesn't say that its pods aren't ready.
      if (target.http === undefined || (!target.ready && !shifted.includes(target.zone))) return false;
      const key = `${target.zone} ${target.service}`;
      const count = (ofService.get(key) ?? 0) + 1;
      ofService.set(key, count);
      return count <= MOST_PODS;
    });
    const suspect = Math.min(TIMES.suspect, Math.max(TIMES.often, MOST_SUSPECTED / asked.length));
    for (const target of asked) {
      const isShifted = shifted.includes(target.zone);
      const times = isShifted ? TIMES.often : isSuspect ? suspect : TIMES.usual;
      // Half a time is one in every other second, at random.
      const count = Math.floor(times + Math.random());
      for (let time = 0; time < count; time += 1)
        setTimeout(() => void this.#ask(target), (1000 * (time + Math.random())) / count).unref();
    }
  }

  /** What was answered since the last call. */
  take(): PodSecond[] {
    const seconds: PodSecond[] = [];
    for (const [name, { target, answered, underWay }] of this.#pods) {
      const { pod, zone, service: probed } = target;
      if (answered.requests > 0) seconds.push({ pod, zone, service: PROBE, probed, ...answered });
      if (underWay === 0) this.#pods.delete(name);
      else this.#pods.set(name, { target, answered: none(), underWay });
    }
    return seconds;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  /** Certificates name services, not pods' addresses. */
  #agent(service: string): Agent {
    const known = this.#agents.get(service);
    if (known) return known;
    const tls = this.#secure && { ca: this.#secure.authority, servername: this.#secure.nameOf(service) };
    const agent = new Agent({
      connect: { timeout: TIMEOUT_MS, ...tls },
      connections: TIMES.suspect,
      keepAliveTimeout: 10_000,
      maxResponseSize: 1024 * 1024,
    });
    this.#agents.set(service, agent);
    return agent;
  }

  async #ask(target: Target): Promise<void> {
    const known = this.#pods.get(target.pod) ?? { target, answered: none(), underWay: 0 };
    this.#pods.set(target.pod, known);
    if (known.underWay >= TIMES.suspect) return;
    known.underWay += 1;
    const begun = performance.now();
    const outcome = await this.#outcome(target);
    const current = this.#pods.get(target.pod) ?? known;
    current.underWay -= 1;
    if (outcome === "absent") return;
    current.answered.requests += 1;
    if (outcome === "error") current.answered.errors += 1;
    const seconds = (performance.now() - begun) / 1000;
    const index = LATENCY_EDGES.findIndex((edge) => seconds <= edge);
    const place = index < 0 ? CLASSES - 1 : index;
    current.answered.latency[place] = (current.answered.latency[place] as number) + 1;
  }

  /** A refused connection says that there is no process any more, which its readiness will say too: no answer of a pod. */
  async #outcome({ http, service }: Target): Promise<"good" | "error" | "absent"> {
    try {
      const answer = await request(http + PATH, {
        dispatcher: this.#agent(service),
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      await answer.body.dump();
      return answer.statusCode >= 500 ? "error" : "good";
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ECONNREFUSED" ? "absent" : "error";
    }
  }
}

function none(): Answered {
  return { requests: 0, errors: 0, latency: new Array<number>(CLASSES).fill(0) };
}
