import { Agent, request } from "undici";
import { METRICS, readExposition } from "./exposition.ts";
import type { DataProblem, Reading, Target } from "./source.ts";

const TIMEOUT_MS = 800;
/** Only what is needed is rendered and read; a pod that doesn't know the parameter answers with all. */
const PATH = `/metrics?${METRICS.map((name) => `name[]=${name}`).join("&")}`;
/** Of an answer; a pod's whole metrics are some 100 KB. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Reads pods' metrics, all at once. A pod that doesn't answer is left out, and said. */
export class Scraper {
  readonly #agent = new Agent({
    connect: { timeout: TIMEOUT_MS },
    connections: 1,
    keepAliveTimeout: 10_000,
    maxResponseSize: MAX_BYTES,
  });

  async scrape(targets: readonly Target[]): Promise<{ readings: Reading[]; problems: DataProblem[] }> {
    const outcomes = await Promise.all(targets.map((target) => this.#one(target)));
    return {
      readings: outcomes.flatMap(({ reading }) => reading ?? []),
      problems: outcomes.flatMap(({ problem }) => problem ?? []),
    };
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #one({
    pod,
    zone,
    service,
    admin,
    ready,
  }: Target): Promise<{ reading?: Reading; problem?: DataProblem }> {
    let text: string;
    try {
      const answer = await request(admin + PATH, {
        dispatcher: this.#agent,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      text = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
    } catch (error) {
      // Of a pod that isn't ready nothing else is expected.
      if (!ready) return {};
      return {
        problem: { kind: "dead", pod, text: `its metrics can't be read: ${(error as Error).message}` },
      };
    }
    try {
      const { pod: own, ...exposed } = readExposition(text);
      if (own !== undefined && own !== pod)
        return { problem: { kind: "foreign", pod, text: `at its address answers ${own}` } };
      return { reading: { pod, zone, service, at: Date.now() / 1000, ...exposed } };
    } catch (error) {
      return {
        problem: { kind: "garbage", pod, text: `its metrics can't be true: ${(error as Error).message}` },
      };
    }
  }
}
