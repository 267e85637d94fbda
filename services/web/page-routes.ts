import { existsSync } from "node:fs";
import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import type { Context, Hono, MiddlewareHandler } from "hono";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";

/** The page runs only its own scripts and talks only to its own origin and to where one signs in. */
function security(signInUrls: string[]): MiddlewareHandler {
  const origins = [...new Set(signInUrls.map((url) => new URL(url).origin))];
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'", ...origins],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
    },
    xFrameOptions: "DENY",
    permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [] },
    // Browsers ignore this over plain HTTP, as on a laptop.
    strictTransportSecurity: "max-age=31536000; includeSubDomains",
  });
}

/** The build puts a hash of the content into the names of what is in this folder, so a name never changes its content. */
const HASHED = /\/assets\/[^/]+$/;

/** What the page routes by itself. */
const OF_PAGE =
  /^\/(?:(?:callback|signed-out)|(?:trade|orders|portfolio|news|zones|models)(?:\/[\w-]*){0,2})?$/;

function onFound(path: string, c: Context): void {
  c.header("cache-control", HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache");
}

interface PageSettings {
  ISSUER: string;
  CLIENT_ID: string;
  SIGN_IN_ORIGINS: string;
  /** Folder of the page's files. */
  PUBLIC_DIRECTORY: string;
}

/**
 * Routes of the page: its files, its settings, and index.html for the paths that the page routes by itself.
 * @throws Error when there is no index.html.
 */
export function page(app: Hono<KitEnv>, settings: PageSettings): void {
  const { ISSUER, CLIENT_ID, SIGN_IN_ORIGINS, PUBLIC_DIRECTORY: root } = settings;
  const indexFile = join(root, "index.html");
  if (!existsSync(indexFile)) throw new Error(`There is no index.html in ${root}; build the page first.`);
  const index = serveStatic({ path: indexFile, onFound, precompressed: true });

  app.use(security([ISSUER, ...SIGN_IN_ORIGINS.split(/\s+/).filter(Boolean)]), etag());
  app.get("/config.json", (c) =>
    c.json({ issuer: ISSUER, clientId: CLIENT_ID }, 200, { "cache-control": "no-cache" }),
  );
  app.get("/*", serveStatic({ root, onFound, precompressed: true }), (c, next) => {
    // A missing script, or the API by another name, must not be answered with a page: the error would show far from its cause.
    if (!OF_PAGE.test(c.req.path)) throw new ProblemError(404, "There is nothing at this path.");
    return index(c, next);
  });
}
