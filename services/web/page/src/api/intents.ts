import { currentSession, sessionReplaced } from "../app/session.ts";
import { request } from "./client.ts";
import { ApiError } from "./problems.ts";
import { retryDelay } from "./query-client.ts";

/** What a user decided to do, once: an order or a deposit. The API does it once per key, however often it is sent. */
export interface Intent {
  /** The request's Idempotency-Key. */
  key: string;
  userId: string;
  path: "/api/orders" | "/api/transactions";
  body: Record<string, unknown>;
  /** In words, for who waits. */
  words: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** An intent without an answer yet; `error` is why the latest try had none. */
export interface Pending extends Intent {
  error?: ApiError;
}

const KEY = "trizone.intents";
/** After so long nobody waits for it any more: it is not sent again by itself. */
const GIVE_UP_MS = 10 * 60_000;
/** How long a token that was refused may take to be renewed. */
const RENEWAL_MS = 30_000;

let pending: readonly Pending[] = [];
const listeners = new Set<() => void>();
const under = new Map<string, Promise<unknown>>();

export const pendingIntents = (): readonly Pending[] => pending;

export function onIntents(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function keep(next: readonly Pending[]): void {
  pending = next;
  sessionStorage.setItem(KEY, JSON.stringify(next.map(({ error: _, ...intent }) => intent)));
  for (const listener of listeners) listener();
}

/** Forgets an intent: it has its answer, or its user no longer waits for it. */
export function forgetIntent(key: string): void {
  keep(pending.filter((intent) => intent.key !== key));
}

/**
 * Does something once: the intent is kept over a reload until the API has answered, and sent again, under the same key,
 * for as long as the answer is lost or says to come again.
 * @throws ApiError the API's refusal, after which the intent is gone
 */
export function carryOut<Answer>(what: Pick<Intent, "path" | "body" | "words">): Promise<Answer> {
  const userId = currentSession()?.userId ?? "";
  const intent: Intent = { ...what, key: crypto.randomUUID(), userId, at: Date.now() };
  keep([...pending, intent]);
  return deliver<Answer>(intent);
}

/** Goes on with what a reload or a sign-in interrupted. @param done called with each that the API has answered */
export function resumeIntents(userId: string, done: (intent: Intent, error?: unknown) => void): void {
  const stored = parse(sessionStorage.getItem(KEY));
  const own = stored.filter((intent) => intent.userId === userId && Date.now() - intent.at < GIVE_UP_MS);
  const fresh = own.filter(({ key }) => !under.has(key));
  if (fresh.length === 0 && stored.length === own.length) return;
  keep(own.map((intent) => pending.find(({ key }) => key === intent.key) ?? intent));
  for (const intent of fresh) {
    deliver(intent).then(
      () => done(intent),
      (error: unknown) => done(intent, error),
    );
  }
}

function parse(text: string | null): Intent[] {
  try {
    return text ? (JSON.parse(text) as Intent[]) : [];
  } catch {
    // Not written by this page; there is nothing to go on with.
    return [];
  }
}

/** Shows why the latest try had no answer. */
function note({ key }: Intent, error: ApiError): void {
  keep(pending.map((one) => (one.key === key ? { ...one, error } : one)));
}

function deliver<Answer>(intent: Intent): Promise<Answer> {
  const sending = trySend<Answer>(intent).finally(() => under.delete(intent.key));
  under.set(intent.key, sending);
  return sending;
}

async function trySend<Answer>(intent: Intent): Promise<Answer> {
  for (let failures = 0; ; failures += 1) {
    const token = currentSession()?.token;
    try {
      const answer = await request<Answer>("POST", intent.path, intent.body, intent.key);
      forgetIntent(intent.key);
      return answer;
    } catch (error) {
      const api = error instanceof ApiError ? error : undefined;
      if (api?.status === 401) {
        note(intent, api);
        if (await sessionReplaced(token, RENEWAL_MS)) continue;
        // Kept: the sign-in page comes back here, and then it is sent.
        throw error;
      }
      const isOver = Date.now() - intent.at > GIVE_UP_MS || !pending.some(({ key }) => key === intent.key);
      if (!api || isOver || !(api.passes || api.status === 500)) {
        forgetIntent(intent.key);
        throw error;
      }
      note(intent, api);
      await new Promise((resolve) => setTimeout(resolve, retryDelay(failures, error)));
    }
  }
}
