import { type ServerResponse, STATUS_CODES } from "node:http";

/** The load balancer's own answers look like no application's: a bare page that names the status. */
export function replyWithStatus(response: ServerResponse, status: number, close = false): void {
  const page = statusPage(status);
  response.writeHead(status, {
    "content-type": "text/html",
    "content-length": Buffer.byteLength(page),
    ...(close && { connection: "close" }),
  });
  response.end(page);
}

/** The same for a connection whose request could not be read. */
export function rawStatus(status: number): string {
  const page = statusPage(status);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: text/html",
    `Content-Length: ${Buffer.byteLength(page)}`,
    "Connection: close",
    "",
    page,
  ].join("\r\n");
}

function statusPage(status: number): string {
  const title = `${status} ${STATUS_CODES[status] ?? "Error"}`;
  return `<!doctype html><title>${title}</title><h1>${title}</h1>\n`;
}
