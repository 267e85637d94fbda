import { ProblemError } from "../kit/http/problem.ts";

/** The longest that injecting a fault, or starting a drill, takes. */
const TIMEOUT_MS = 25_000;

/** The laptop's control API, which injects faults, fails the database over and runs drills. */
export class Laptop {
  readonly #base: string;
  readonly #headers: Record<string, string>;

  /** @param signals as SIGNALS_URL */
  static of(signals: string): Laptop | undefined {
    return signals.startsWith("supervisor+")
      ? new Laptop(new URL(signals.slice("supervisor+".length)))
      : undefined;
  }

  private constructor(base: URL) {
    this.#base = base.origin;
    this.#headers = {
      authorization: `Bearer ${decodeURIComponent(base.password)}`,
      "content-type": "application/json",
    };
  }

  /**
   * What it answers.
   * @throws ProblemError with its own words where it refuses, 502 where it doesn't answer
   */
  async call(
    method: "GET" | "POST",
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    let response: Response;
    try {
      response = await fetch(this.#base + path, {
        method,
        headers: this.#headers,
        ...(method === "POST" && { body: JSON.stringify(body ?? {}) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      throw new ProblemError(502, "The laptop's supervisor does not answer; is it stopping?", { cause });
    }
    const answer = (await response.json().catch(() => ({}))) as { detail?: string };
    if (response.ok) return { status: response.status, body: answer };
    // Its own 401 and 403 are about this guard, not about the operator.
    const status = response.status >= 500 || [401, 403].includes(response.status) ? 502 : response.status;
    throw new ProblemError(status, answer.detail ?? `The laptop's supervisor answered ${response.status}.`);
  }
}
