import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { refuseUpgrade, tunnel } from "../kit/client/tunnel.ts";
import { CLOSE_CODE } from "../kit/client/websocket.ts";
import { ProblemError } from "../kit/http/problem.ts";
import type { Pod, Stream } from "../kit/pod.ts";
import { bearerToken, identityHeaders } from "./authenticate.ts";
import type { Identity, Tokens } from "./tokens.ts";

const PATH = /^\/ws\/quotes(?:\?|$)/;
/** A page cannot set headers on a WebSocket; it offers its token as one more subprotocol, which goes no further. */
const BEARER_PROTOCOL = "bearer.";
const TOKEN_HEADERS = new Set(["authorization", "cookie", "sec-websocket-protocol"]);
/** The longest time that a timer can wait, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Takes over connections to the stream of quotes: each ends, at the latest, with the token that opened it. */
export function quotesStream(pod: Pod, tokens: Tokens, marketData: string | undefined) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!marketData || !PATH.test(request.url ?? "")) {
      refuseUpgrade(pod, socket, 404);
      return;
    }
    // A client that goes away while its token is verified must not be an unhandled error.
    socket.on("error", () => socket.destroy());
    const { token, protocols } = credentials(request);
    Promise.resolve()
      .then(() => tokens.identify(token ?? bearerToken(request.headers.authorization)))
      .then(
        (identity) => {
          const add = { ...identityHeaders(identity), ...protocols };
          const args = { drop: TOKEN_HEADERS, add };
          endWithToken(socket, tunnel(pod, marketData, request, socket, head, args), identity);
        },
        (error: unknown) => {
          if (!(error instanceof ProblemError)) pod.log.warn({ err: error }, "upgrade failed");
          refuseUpgrade(pod, socket, error instanceof ProblemError ? error.status : 500);
        },
      );
  };
}

function credentials(request: IncomingMessage): { token?: string; protocols: Record<string, string> } {
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  const bearer = offered.find((name) => name.startsWith(BEARER_PROTOCOL));
  const others = offered.filter((name) => name && !name.startsWith(BEARER_PROTOCOL)).join(", ");
  return {
    ...(bearer && { token: bearer.slice(BEARER_PROTOCOL.length) }),
    protocols: others ? { "sec-websocket-protocol": others } : {},
  };
}

function endWithToken(socket: Duplex, stream: Stream, { expiresAt }: Identity): void {
  const leftMs = Math.min(Math.max(0, expiresAt * 1000 - Date.now()), MAX_TIMER_MS);
  const end = () =>
    void stream.close(CLOSE_CODE.unauthorized, "The token that opened the stream has expired");
  const timer = setTimeout(end, leftMs);
  socket.once("close", () => clearTimeout(timer));
}
