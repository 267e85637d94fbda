import type { IncomingMessage, ServerResponse } from "node:http";
import { errors, type Provider } from "oidc-provider";
import type { Attempts } from "./attempts.ts";
import { loginPage, pageHeaders, problemPage } from "./page.ts";
import { authenticate, demoUsers, subjectOf } from "./users.ts";

const maxForm = 4 * 1024;

/** Shows the login form (GET) and takes it (POST); a good one sends the browser on to the app. Failed ones are counted. */
export async function login(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  attempts: Attempts,
): Promise<void> {
  try {
    const { params } = await provider.interactionDetails(request, response);
    const usernames = demoUsers.map(({ username }) => username);
    const form = (status: number, options: { problem?: string; username?: string }) =>
      send(response, status, loginPage({ ...options, usernames }), [
        new URL(String(params.redirect_uri)).origin,
      ]);
    if (request.method !== "POST") return form(200, {});
    const fields = await readForm(request);
    if (!fields) return form(413, { problem: "The form is too large." });
    const username = fields.get("username") ?? "";
    const lockedMs = attempts.lockedMs(username);
    if (lockedMs > 0) {
      const seconds = Math.ceil(lockedMs / 1000);
      response.setHeader("retry-after", seconds);
      return form(429, { problem: `Password attempts exceeded. Try again in ${seconds} s.`, username });
    }
    const user = authenticate(username, fields.get("password") ?? "");
    if (!user) {
      attempts.failed(username);
      return form(401, { problem: "Incorrect user name or password.", username });
    }
    attempts.succeeded(username);
    await provider.interactionFinished(request, response, { login: { accountId: subjectOf(user.username) } });
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error;
    const lines = [
      "It took too long, was already used, or began in another browser.",
      "Start again from the app.",
    ];
    send(response, 400, problemPage("This sign-in has ended", lines));
  }
}

function send(response: ServerResponse, status: number, html: string, formTargets?: string[]): void {
  response.writeHead(status, pageHeaders(formTargets)).end(html);
}

/** The fields of a form, or undefined when it is too large to be one of ours. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxForm) chunks.push(chunk);
  }
  return size > maxForm ? undefined : new URLSearchParams(Buffer.concat(chunks).toString());
}
