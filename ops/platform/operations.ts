import { z } from "zod";
import type { Outputs } from "../../config/index.ts";

const TIMEOUT_MS = 5000;

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
    const response = await fetch(this.#base + path, {
      headers: { authorization: `Bearer ${this.#token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: Error) => {
      const what = `${this.#base} does not answer (${cause.message})`;
      throw new Error(`${what}; is it up? npx trizone status`, { cause });
    });
    if (response.ok) return schema.parse(await response.json());
    const answer = (await response.text()).slice(0, 200);
    throw new Error(`the guard's ${path} answered ${response.status}: ${answer}; see npx trizone status`);
  }

  /** The newest decisions, the newest first. @throws as `get` */
  async decisions(): Promise<GuardDecision[]> {
    const page = z.object({ decisions: z.array(GuardDecision) });
    return (await this.get("/decisions?limit=50", page)).decisions;
  }
}
