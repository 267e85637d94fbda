import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

const REQUEST_ID = /^[\w.:/+=@-]{1,128}$/;
/** A number of 64 random bits tells processes apart; a counter tells apart the requests of one. */
const PREFIX = randomBytes(8).toString("hex");
let count = 0;

/** The id that the caller gave the request, or a new one where that is missing or no id. */
export function requestIdOf(incoming: IncomingMessage): string {
  const given = incoming.headers["x-request-id"];
  if (typeof given === "string" && REQUEST_ID.test(given)) return given;
  count += 1;
  return `${PREFIX}-${count.toString(36)}`;
}
