import { Hono } from "hono";
import type { PodEnvironment } from "../kit/environment.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { bodyLimit } from "../kit/http/body-limit.ts";

/** Bytes of a body that is sent back. */
const MOST = 64 * 1024;

/** What an echo answers. */
export interface Echo {
  service: string;
  pod: string;
  zone: string;
  /** As the client named it. */
  host: string;
  method: string;
  path: string;
  /** The request's body as text; empty where it had none. */
  body: string;
}

/** Answers every method and path with the request and the pod that took it; a larger body with 413. */
export function echoApi({
  SERVICE: service,
  POD_NAME: pod,
  ZONE: zone,
}: Pick<PodEnvironment, "SERVICE" | "POD_NAME" | "ZONE">): Hono<KitEnv> {
  const app = new Hono<KitEnv>();
  app.all("*", bodyLimit(MOST), async (c) => {
    const { method, path } = c.req;
    const answer: Echo = {
      ...{ service, pod, zone, method, path },
      host: c.req.header("host") ?? "",
      body: method === "GET" || method === "HEAD" ? "" : await c.req.text(),
    };
    return c.json(answer);
  });
  return app;
}
