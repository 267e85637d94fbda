import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Outputs } from "../../config/index.ts";

const TIMEOUT_MS = 5000;
/** A platform that is sick fails requests of operators, too: so often each is tried, after pauses of up to this, doubled. */
const TRIES = 4;
const PAUSE_MS = 200;

/** A decision of the guard, or something that an operator did, as its API tells it. */
export const GuardDecision = z.object({
  id: z.string(),
  /** When, ISO 8601. */
  at: z.string(),
  kind: z.string(),
  zone: z.string().nullable(),
  reason: z.string().nullable(),
  text: z.string(),
  evidence: z.looseObject({
    findings: z
      .array(
        z.looseObject({
          service: z.string(),
          worstPod: z.looseObject({ pod: z.string() }).nullish(),
        }),
      )
      .optional(),
  }),
});
export type GuardDecision = z.infer<typeof GuardDecision>;

/** The operators' API, which the platform's guard serves; it sees all zones. */
export class Operations {
  readonly #base: string;
  readonly #token: string;

  /** @param token of an operator */
  constructor({ apiUrl }: Pick<Outputs, "apiUrl">, token: string) {
    this.#base = `${apiUrl}/operations`;
    this.#token = token;
  }

  /** @throws Error where the guard doesn't answer, or not as it should, with what to look at instead */
  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await this.#ask(path);
        if (response.ok) return schema.parse(await response.json());
        const answer = (await response.text()).slice(0, 200);
        const text = `the guard's ${path} answered ${response.status}: ${answer}; see npx trizone status`;
        if (response.status < 500 || attempt === TRIES) throw new Refused(text);
      } catch (error) {
        if (error instanceof Refused || error instanceof z.ZodError || attempt === TRIES) throw error;
      }
      await sleep(PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    }
  }

  #ask(path: string): Promise<Response> {
    return fetch(this.#base + path, {
      headers: { authorization: `Bearer ${this.#token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: Error) => {
      const what = `${this.#base} does not answer (${cause.message})`;
      throw new Error(`${what}; is it up? npx trizone status`, { cause });
    });
  }

  /** The newest decisions, the newest first. @throws as `get` */
  async decisions(): Promise<GuardDecision[]> {
    const page = z.object({ decisions: z.array(GuardDecision) });
    return (await this.get("/decisions?limit=50", page)).decisions;
  }
}

/** An answer that another try wouldn't change, or the last one. */
class Refused extends Error {}
