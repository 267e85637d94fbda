import type { Context, Hono } from "hono";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import type { Asset } from "./assets.ts";

/**
 * Headers of every file of the page. The page runs only its own scripts and talks only to its own origin and to
 * where one signs in.
 */
function securityHeaders(signInUrls: string[]): Record<string, string> {
  const signIn = [...new Set(signInUrls.map((url) => new URL(url).origin))].join(" ");
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${signIn}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    // Browsers ignore this over plain HTTP, as on a laptop.
    "strict-transport-security": "max-age=31536000; includeSubDomains",
  };
}

interface PageSettings {
  ISSUER: string;
  CLIENT_ID: string;
  SIGN_IN_ORIGINS: string;
}

/** Routes of the page: its files, its settings, and index.html for each path that the page routes by itself. */
export function page(app: Hono<KitEnv>, assets: Map<string, Asset>, settings: PageSettings): void {
  const security = securityHeaders([
    settings.ISSUER,
    ...settings.SIGN_IN_ORIGINS.split(/\s+/).filter(Boolean),
  ]);
  const send = (c: Context, asset: Asset) => {
    const headers = { ...asset.headers, ...security };
    const known = c.req.header("if-none-match")?.split(/\s*,\s*/) ?? [];
    const unchanged = known.some((tag) => tag.replace(/^W\//, "") === asset.headers.etag);
    return unchanged ? c.body(null, 304, headers) : c.body(asset.body, 200, headers);
  };

  app.get("/config.json", (c) =>
    c.json({ issuer: settings.ISSUER, clientId: settings.CLIENT_ID }, 200, {
      ...security,
      "cache-control": "no-cache",
    }),
  );
  app.get("/*", (c) => {
    const asset = assets.get(c.req.path);
    if (asset) return send(c, asset);
    const isFile = c.req.path.slice(c.req.path.lastIndexOf("/")).includes(".");
    const index = assets.get("/index.html");
    // A missing script must not be answered with a page: browsers would report a syntax error far from the cause.
    if (isFile || !index) throw new ProblemError(404, "There is nothing at this path.");
    return send(c, index);
  });
}
