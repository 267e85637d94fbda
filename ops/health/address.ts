import { connect } from "node:tls";
import type { Check } from "./check.ts";

const TIMEOUT_MS = 10_000;
/** A certificate that ends sooner was not renewed as it should have been: ACM renews 60 days before (ACM User Guide). */
const LEAST_DAYS = 30;
const DAY_MS = 24 * 3600 * 1000;

/** Whether an address answers, and, over HTTPS, how long its certificate still holds. */
export async function addressHealth(name: string, url: string): Promise<Check[]> {
  const isTls = url.startsWith("https:");
  return Promise.all([answers(name, url), ...(isTls ? [certificate(name, new URL(url))] : [])]);
}

async function answers(name: string, url: string): Promise<Check> {
  const begun = Date.now();
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "manual" });
    await response.body?.cancel();
    const detail = `${url} answered ${response.status} in ${Date.now() - begun} ms`;
    return { kind: "address", name, state: response.status < 500 ? "ok" : "bad", detail };
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    return { kind: "address", name, state: "bad", detail: `${url}: ${cause?.message ?? message}` };
  }
}

function certificate(name: string, { hostname, port }: URL): Promise<Check> {
  return new Promise((resolve) => {
    const end = (state: Check["state"], detail: string) => {
      socket.destroy();
      resolve({ kind: "certificate", name, state, detail });
    };
    // An expired certificate is to be reported, not to fail the connection.
    const options = {
      host: hostname,
      port: Number(port || 443),
      servername: hostname,
      rejectUnauthorized: false,
    };
    const socket = connect(options, () => {
      const until = new Date(socket.getPeerCertificate().valid_to);
      const days = Math.floor((until.getTime() - Date.now()) / DAY_MS);
      const text = `${hostname}: until ${until.toISOString().slice(0, 10)}, ${days} days`;
      if (!socket.authorized) return end("bad", `${text}; not trusted: ${socket.authorizationError}`);
      end(days >= LEAST_DAYS ? "ok" : "bad", text);
    });
    socket.setTimeout(TIMEOUT_MS, () => end("unknown", `${hostname}: no answer in ${TIMEOUT_MS / 1000} s`));
    socket.on("error", (error) => end("unknown", `${hostname}: ${error.message}`));
  });
}
