import type { ServerResponse } from "node:http";
import { type ProblemError, problemOf } from "./problem.ts";

/** A whole response, but for what each hop says itself: its zone, the request's id, the length. */
export interface Reply {
  status: number;
  /** Names and values in turn. */
  headers: string[];
  body: string;
}

/** A failure as problem details. */
export function problemReply(problem: ProblemError, instance: string, traceId: string): Reply {
  return {
    status: problem.status,
    headers: [
      ...Object.entries(problem.headers).flat(),
      ...["content-type", "application/problem+json", "cache-control", "no-store"],
    ],
    body: JSON.stringify(problemOf(problem, instance, traceId)),
  };
}

/** Writes a response in one go. @param zone that answered */
export function sendReply(
  outgoing: ServerResponse,
  { status, headers, body }: Reply,
  zone: string,
  requestId: string,
): void {
  const length = String(Buffer.byteLength(body));
  outgoing.writeHead(status, [
    ...headers,
    "x-zone",
    zone,
    "x-request-id",
    requestId,
    "content-length",
    length,
  ]);
  outgoing.end(body);
}
