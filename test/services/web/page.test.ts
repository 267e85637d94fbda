import assert from "node:assert/strict";
import { challengeOf, randomText } from "../../../services/web/page/src/pkce.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";

describe("the page", () => {
  let pod: RunningPod;
  before(async () => {
    pod = await startPod("web", {
      API_URL: "http://127.0.0.1:9",
      ISSUER: "https://issuer.example/pool",
      CLIENT_ID: "page",
      SIGN_IN_ORIGINS: "https://sign-in.example https://issuer.example",
    });
  });
  after(() => pod.stop());

  const get = (path: string, headers = {}) => fetch(`${pod.url}${path}`, { headers, redirect: "manual" });

  it("is served at / and at each path that it routes by itself, and nowhere else", async () => {
    const index = await (await get("/")).text();
    for (const path of ["/callback?code=1&state=2", "/orders/1"]) {
      const response = await get(path);
      assert.equal(response.status, 200);
      assert.equal(await response.text(), index);
    }
    for (const path of [
      "/assets/none.js",
      "/favicon.ico",
      "/%2e%2e/main.js",
      "/..%2fmain.js",
      "/package.json",
      "/API/orders",
      "/Api",
      "/%61pi/orders",
      "//api/orders",
      "/WS/quotes",
      "/ws",
      "/internal/events",
      "/elsewhere",
    ]) {
      assert.equal((await get(path)).status, 404, path);
    }
    assert.equal((await fetch(pod.url, { method: "DELETE" })).status, 405);
  });

  it("refers only to files that exist, which may be cached for ever", async () => {
    const html = await (await get("/")).text();
    const paths = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? "");
    assert.equal(paths.length, 2);
    for (const path of paths) {
      const response = await get(path);
      assert.equal(response.status, 200, path);
      assert.match(response.headers.get("content-type") ?? "", /^text\/(javascript|css)/);
      assert.match(response.headers.get("cache-control") ?? "", /immutable/);
    }
    assert.equal((await get("/")).headers.get("cache-control"), "no-cache");
  });

  it("is not sent again when it has not changed", async () => {
    const etag = (await get("/")).headers.get("etag") ?? "";
    const response = await get("/", { "if-none-match": `"other", W/${etag}` });
    assert.equal(response.status, 304);
    assert.equal(await response.text(), "");
    assert.equal((await get("/", { "if-none-match": '"other"' })).status, 200);
  });

  it("may talk to its own origin and where one signs in, run its own scripts, and be framed by nobody", async () => {
    for (const path of ["/", "/config.json"]) {
      const { headers } = await get(path);
      const policy = headers.get("content-security-policy") ?? "";
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /script-src 'self';/);
      assert.match(policy, /connect-src 'self' https:\/\/issuer\.example https:\/\/sign-in\.example;/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe/);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("x-zone"), "a");
    }
    const html = await (await get("/")).text();
    assert.doesNotMatch(html, /<script(?![^>]*src=)|style=|\son\w+=/, "the policy would block it");
  });

  it("learns issuer and client from config.json", async () => {
    assert.deepEqual(await (await get("/config.json")).json(), {
      issuer: "https://issuer.example/pool",
      clientId: "page",
    });
  });

  it("labels every field, and has a place for its errors", async () => {
    const html = await (await get("/")).text();
    const fields = [...html.matchAll(/<(?:input|select) id="(\w+)"/g)].map(([, id]) => id);
    assert.ok(fields.length >= 5);
    for (const id of fields) {
      assert.ok(html.includes(`<label for="${id}">`), `label of ${id}`);
      assert.ok(html.includes(`id="${id}-error"`), `errors of ${id}`);
    }
    assert.match(html, /aria-live="polite"/);
  });

  it("proves its code by the challenge of RFC 7636", async () => {
    const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert.equal(await challengeOf(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    assert.match(randomText(), /^[\w-]{43}$/);
    assert.notEqual(randomText(), randomText());
  });
});
