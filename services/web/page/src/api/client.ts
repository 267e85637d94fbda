import createClient from "openapi-fetch";
import { currentSession, sessionRefused } from "../app/session.ts";
import { noteAnswer, noteSilence } from "./connection.ts";
import { ApiError, errorOf } from "./problems.ts";
import type { paths } from "./schema.d.ts";

/** Longer than the gateway's own limits, so that its words come first. */
const TIMEOUT_MS = 20_000;

/** Sends a request with the session's token. @throws ApiError of status 0 when there is no answer, 401 when there is no session */
async function send(request: Request): Promise<Response> {
  const session = currentSession();
  if (!session) {
    sessionRefused();
    throw new ApiError({ status: 401, detail: "You are not signed in." });
  }
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${session.token}`);
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  let response: Response;
  try {
    response = await fetch(new Request(request, { headers, signal }));
  } catch (error) {
    if (request.signal.aborted) throw error;
    noteSilence();
    throw new ApiError({ status: 0, detail: "There was no answer." });
  }
  const { status } = response;
  noteAnswer(response.headers, status !== 502 && status !== 503 && status !== 504);
  if (status === 401) sessionRefused(session.token);
  return response;
}

/** The typed client of all paths in the OpenAPI document; `get` takes what it returns. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });

/** The body of a successful answer. @throws ApiError */
export async function get<Data>(
  call: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await call;
  if (!response.ok) throw errorOf(response, error);
  return data as Data;
}

/**
 * Calls a path by name, as what is sent again later does.
 * @param key the Idempotency-Key @throws ApiError
 */
export async function request<Data>(
  method: string,
  path: string,
  body?: unknown,
  key?: string,
): Promise<Data> {
  const headers = new Headers();
  if (body !== undefined) headers.set("content-type", "application/json");
  if (key !== undefined) headers.set("idempotency-key", key);
  const init: RequestInit = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await send(new Request(new URL(path, location.origin), init));
  const text = await response.text();
  const json = parsed(text);
  if (!response.ok) throw errorOf(response, json);
  return json as Data;
}

/** Nothing for what isn't JSON, such as a proxy's page. */
function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
