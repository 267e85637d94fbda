import { countZone } from "./zones.ts";

export interface Order {
  id: string;
  symbol: string;
  side: string;
  type: string;
  quantity: number;
  limitPrice?: string;
  status: string;
  createdAt: string;
}

export interface Problem {
  status: number;
  detail: string;
  errors?: { field: string; message: string }[];
}

/** The API refused, or could not be reached (status 0). */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }

  /** Whether the same request may succeed later; it is not known whether this one took effect. */
  get mayPass(): boolean {
    const { status } = this.problem;
    return status === 0 || status === 408 || status === 429 || status >= 500;
  }
}

const TIMEOUT_MS = 12_000;

async function call<Answer>(path: string, token: string, init: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(path, { ...init, headers, signal }).catch(() => {
    throw new ApiError({ status: 0, detail: "The server could not be reached." });
  });
  countZone(response.headers);
  if (response.ok) return response.json() as Promise<Answer>;
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  const fallback = { status: response.status, detail: `The server answered ${response.status}.` };
  throw new ApiError(isProblem ? ((await response.json()) as Problem) : fallback);
}

/** Places an order; with the same key again, it is the same order. */
export function placeOrder(token: string, key: string, order: Record<string, string>): Promise<Order> {
  const headers = { "content-type": "application/json", "idempotency-key": key };
  return call("/api/orders", token, { method: "POST", headers, body: JSON.stringify(order) });
}

/** A page of own orders, newest first. */
export function listOrders(
  token: string,
  cursor: string | null,
): Promise<{ items: Order[]; nextCursor: string | null }> {
  const query = cursor ? `?${new URLSearchParams({ cursor })}` : "";
  return call(`/api/orders${query}`, token);
}
