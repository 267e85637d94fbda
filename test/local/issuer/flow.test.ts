import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startIssuer } from "../../../local/issuer/issuer.ts";
import { demoPassword } from "../../../local/issuer/users.ts";

const redirectUri = "http://127.0.0.1:8080/callback";

describe("the code flow of the local issuer", () => {
  const folder = mkdtempSync(join(tmpdir(), "issuer-flow-"));
  let server: Server;
  let issuer: string;
  before(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const clients = [{ clientId: "spa", redirectUris: [redirectUri] }];
    await startIssuer({ server, issuer, file: join(folder, "issuer.json"), clients });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const verifier = randomBytes(32).toString("base64url");
  const parameters: Record<string, string> = {
    response_type: "code",
    client_id: "spa",
    redirect_uri: redirectUri,
    scope: "openid",
    state: "s",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  };

  /** A request as a browser with these cookies makes it; redirects are left to the test. */
  async function get(url: string, cookies: Map<string, string>, form?: Record<string, string>) {
    const response = await fetch(new URL(url, issuer), {
      redirect: "manual",
      headers: { cookie: [...cookies].map((pair) => pair.join("=")).join("; "), accept: "text/html" },
      ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get("location") ?? "",
      text: await response.text(),
    };
  }

  const authorize = (change: Record<string, string | undefined>, cookies = new Map<string, string>()) => {
    const merged = Object.entries({ ...parameters, ...change }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    );
    return get(`/oauth2/authorize?${new URLSearchParams(merged as [string, string][])}`, cookies);
  };

  async function code(change: Record<string, string> = {}): Promise<string> {
    const cookies = new Map<string, string>();
    const { location } = await authorize(change, cookies);
    const submitted = await get(location, cookies, { username: "demo", password: demoPassword });
    assert.equal(submitted.status, 303);
    const end = new URL((await get(submitted.location, cookies)).location);
    assert.equal(end.origin + end.pathname, change.redirect_uri ?? redirectUri);
    return end.searchParams.get("code") ?? "";
  }

  async function exchange(change: Record<string, string | undefined>, headers: Record<string, string> = {}) {
    const fields = {
      grant_type: "authorization_code",
      client_id: "spa",
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...change,
    };
    const present = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const response = await fetch(`${issuer}/oauth2/token`, {
      method: "POST",
      headers,
      body: new URLSearchParams(present),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, string>,
    };
  }

  it("takes a code once", async () => {
    const used = await code();
    assert.equal((await exchange({ code: used })).status, 200);
    const replayed = await exchange({ code: used });
    assert.deepEqual([replayed.status, replayed.body.error], [400, "invalid_grant"]);
  });

  it("asks for PKCE with S256", async () => {
    for (const change of [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge_method: "plain" },
      { code_challenge: "short" },
    ]) {
      const { location } = await authorize(change);
      assert.equal(new URL(location).searchParams.get("error"), "invalid_request");
    }
  });

  it("asks for the verifier that belongs to the challenge", async () => {
    for (const code_verifier of [undefined, "x".repeat(43)]) {
      const { status, body } = await exchange({ code: await code(), code_verifier });
      assert.deepEqual([status, body.error], [400, "invalid_grant"]);
    }
  });

  it("takes no code again whose exchange was refused", async () => {
    for (const change of [
      { code_verifier: undefined },
      { code_verifier: "x".repeat(43) },
      { redirect_uri: "http://127.0.0.1:8080/other" },
    ] as Record<string, string | undefined>[]) {
      const burnt = await code();
      assert.equal((await exchange({ code: burnt, ...change })).status, 400);
      const again = await exchange({ code: burnt });
      assert.deepEqual([again.status, again.body.error], [400, "invalid_grant"], JSON.stringify(change));
    }
  });

  it("never redirects to what isn't registered", async () => {
    for (const redirect_uri of [
      "http://127.0.0.1:8080/other",
      "http://127.0.0.1:8080/callback/../other",
      "http://127.0.0.1.example.com:8080/callback",
      "http://127.0.0.1:8080@example.com/callback",
      "https://127.0.0.1:8080/callback",
      "http://example.com/callback",
      "javascript:alert(1)",
    ]) {
      const { status, location, text } = await authorize({ redirect_uri });
      assert.deepEqual([status, location], [400, ""], redirect_uri);
      assert.match(text, /redirect_uri/);
    }
  });

  it("takes any loopback name and port for the app", async () => {
    const redirect_uri = "http://localhost:43210/callback";
    const granted = await exchange({ code: await code({ redirect_uri }), redirect_uri });
    assert.equal(granted.status, 200);
    assert.equal((await exchange({ code: await code({ redirect_uri }) })).body.error, "invalid_grant");
  });

  it("knows no other client and no other grant", async () => {
    const { status, location, text } = await authorize({ client_id: "<script>" });
    assert.deepEqual([status, location], [400, ""]);
    assert.doesNotMatch(text, /<script>/);
    assert.equal((await exchange({ client_id: "other", code: "x" })).status, 401);
    assert.equal((await exchange({ grant_type: "password" })).body.error, "unsupported_grant_type");
    assert.equal((await exchange({ grant_type: "client_credentials" })).body.error, "unsupported_grant_type");
  });

  it("shows a login page that loads nothing and escapes what was typed", async () => {
    const cookies = new Map<string, string>();
    const { location } = await authorize({}, cookies);
    const shown = await get(location, cookies);
    assert.equal(shown.status, 200);
    assert.match(
      shown.headers.get("content-security-policy") ?? "",
      /default-src 'none'.*form-action 'self' http:\/\/127\.0\.0\.1:8080/,
    );
    assert.doesNotMatch(shown.text, /(src|href)=|@import|url\(/);
    const again = await get(location, cookies, { username: '"><script>alert(1)</script>', password: "x" });
    assert.equal(again.status, 401);
    assert.doesNotMatch(again.text, /<script>/);
    assert.match(again.text, /&lt;script&gt;/);
    assert.equal((await get(location, cookies, { username: "x".repeat(10_000), password: "x" })).status, 413);
  });

  it("doesn't let another browser finish a sign-in", async () => {
    const { location } = await authorize({});
    const { status, text } = await get(location, new Map(), { username: "demo", password: demoPassword });
    assert.equal(status, 400);
    assert.match(text, /Start again from the app/);
    assert.equal((await get("/login/none", new Map())).status, 400);
  });

  it("signs in silently while the session lasts, and asks again when the app wants it", async () => {
    const cookies = new Map<string, string>();
    const { location } = await authorize({}, cookies);
    const submitted = await get(location, cookies, { username: "demo", password: demoPassword });
    await get(submitted.location, cookies);
    assert.ok(new URL((await authorize({}, cookies)).location, issuer).searchParams.get("code"));
    assert.match((await authorize({ prompt: "login" }, cookies)).location, /^\/login\//);
  });

  it("lets the app's pages read the token endpoint, and no others", async () => {
    const allowed = await exchange({ code: await code() }, { origin: "http://127.0.0.1:8080" });
    assert.equal(allowed.headers.get("access-control-allow-origin"), "http://127.0.0.1:8080");
    const other = await exchange({ code: await code() }, { origin: "http://example.com" });
    assert.deepEqual([other.status, other.headers.get("access-control-allow-origin")], [400, null]);
    const preflight = await fetch(`${issuer}/oauth2/token`, {
      method: "OPTIONS",
      headers: { origin: "http://127.0.0.1:8080", "access-control-request-method": "POST" },
    });
    assert.equal(preflight.status, 204);
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`, {
      headers: { origin: "http://127.0.0.1:8080" },
    });
    assert.ok(discovery.headers.get("access-control-allow-origin"));
    const { token_endpoint, authorization_endpoint, end_session_endpoint, jwks_uri } =
      (await discovery.json()) as Record<string, string>;
    assert.deepEqual(
      [token_endpoint, authorization_endpoint, end_session_endpoint, jwks_uri],
      ["/oauth2/token", "/oauth2/authorize", "/logout", "/.well-known/jwks.json"].map(
        (path) => issuer + path,
      ),
    );
  });

  it("signs out, asking first", async () => {
    const cookies = new Map<string, string>();
    const { location } = await authorize({}, cookies);
    const submitted = await get(location, cookies, { username: "demo", password: demoPassword });
    await get(submitted.location, cookies);
    const asked = await get("/logout?client_id=spa", cookies);
    assert.equal(asked.status, 200);
    assert.match(asked.text, /Sign out/);
    assert.doesNotMatch(asked.text, /@import|src=|<script/);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked.text)?.[1] ?? "";
    await get("/logout/confirm", cookies, { xsrf, logout: "yes" });
    assert.match((await authorize({}, cookies)).location, /^\/login\//);
  });

  // Last: it locks unknown users for a second.
  it("looks at no password of a user after five wrong ones, for a while", async () => {
    const cookies = new Map<string, string>();
    const { location } = await authorize({}, cookies);
    const signIn = (username: string, password: string) => get(location, cookies, { username, password });
    for (let i = 0; i < 5; i += 1) assert.equal((await signIn("bob", "wrong")).status, 401);
    const locked = await signIn("bob", demoPassword);
    assert.deepEqual([locked.status, locked.headers.get("retry-after")], [429, "1"]);
    assert.match(locked.text, /Password attempts exceeded/);
    for (let i = 0; i < 5; i += 1) await signIn(`nobody-${i}`, "wrong");
    assert.equal((await signIn("nobody", "wrong")).status, 429);
    assert.equal((await signIn("alice", demoPassword)).status, 303);
  });
});
