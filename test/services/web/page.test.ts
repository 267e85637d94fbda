import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { pageTypes } from "./openapi.ts";

/** Thousands of bytes. */
const BUDGET_KB = 200;

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
    for (const path of [
      "/callback?code=1&state=2",
      "/trade/BHP",
      "/orders/1",
      "/portfolio",
      "/news",
      "/zones/drills/1",
      "/models",
    ]) {
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
    const named = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? "");
    const paths = named.filter((path) => path !== "/config.json");
    assert.ok(paths.length >= 3);
    for (const path of paths) {
      const response = await get(path);
      assert.equal(response.status, 200, path);
      assert.match(response.headers.get("content-type") ?? "", /^(?:text\/(?:javascript|css)|image\/svg)/);
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
      assert.match(headers.get("strict-transport-security") ?? "", /^max-age=31536000;/);
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

  /** A body as it is sent, compressed, with its headers. */
  const raw = (path: string, encoding: string) =>
    new Promise<{ encoding: string | undefined; vary: string | undefined; body: Buffer }>(
      (resolve, reject) => {
        const asked = request(
          `${pod.url}${path}`,
          { headers: { "accept-encoding": encoding } },
          async (response) => {
            const chunks: Buffer[] = [];
            for await (const chunk of response) chunks.push(chunk as Buffer);
            const { "content-encoding": sent, vary } = response.headers;
            resolve({ encoding: sent, vary, body: Buffer.concat(chunks) });
          },
        );
        asked.on("error", reject).end();
      },
    );

  const firstView = async () => {
    const html = await (await get("/")).text();
    const paths = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? "");
    return ["/", ...paths];
  };

  it("comes compressed, by what the browser takes", async () => {
    for (const path of await firstView()) {
      const plain = await raw(path, "identity");
      assert.equal(plain.encoding, undefined);
      const [br, gz] = await Promise.all([raw(path, "gzip, deflate, br"), raw(path, "gzip")]);
      assert.deepEqual([br.encoding, gz.encoding], ["br", "gzip"], path);
      assert.match(br.vary ?? "", /accept-encoding/i);
      assert.deepEqual(brotliDecompressSync(br.body), plain.body);
      assert.deepEqual(gunzipSync(gz.body), plain.body);
    }
  });

  it(`needs at most ${BUDGET_KB} kB of gzip for its first view, without charts and operators' pages`, async () => {
    const view = await firstView();
    const sizes = await Promise.all(view.map(async (path) => (await raw(path, "gzip")).body.length));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`      the first view is ${(total / 1000).toFixed(1)} kB in ${view.length} files`);
    assert.ok(total <= BUDGET_KB * 1000, `${total} bytes`);
    assert.doesNotMatch(view.join(" "), /Chart|Zones|Drills|Models/);
  });

  it("calls the API by types that are those of the services", async () => {
    const stored = await readFile("services/web/page/src/api/schema.d.ts", "utf8");
    const words = (text: string) => text.replace(/[\s;,|()]+/g, "");
    assert.ok(words(stored) === words(await pageTypes()), "run `npm run api:update`");
  });
});
