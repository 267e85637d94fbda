import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { startIssuer } from "../../../local/issuer/issuer.ts";
import { demoPassword } from "../../../local/issuer/users.ts";
import { accessToken } from "../../../ops/platform/token-flow.ts";

const redirectUri = "http://127.0.0.1:8080/callback";
const clientId = "spa";

async function serveIssuer(file: string, options: { port?: number; path?: string } = {}) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}${options.path ?? ""}`;
  const clients = [
    { clientId, redirectUris: [redirectUri] },
    { clientId: "machine", redirectUris: [] },
    { clientId: "hosted", redirectUris: ["https://app.example.com/callback", redirectUri] },
  ];
  try {
    await startIssuer({ server, issuer, file, clients });
  } catch (error) {
    server.close();
    throw error;
  }
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { issuer, port, close };
}

describe("the local issuer", () => {
  let folder: string;
  let file: string;
  let served: Awaited<ReturnType<typeof serveIssuer>>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "issuer-"));
    file = join(folder, "issuer.json");
    served = await serveIssuer(file);
  });
  afterEach(async () => {
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const token = (user = "demo", password?: string, issuer = served.issuer) =>
    accessToken({ issuer, clientId, redirectUri, user, ...(password ? { password } : {}) });
  const verify = (jwt: string, issuer = served.issuer) =>
    jwtVerify(jwt, createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`)), {
      issuer,
      algorithms: ["RS256"],
    });

  it("gives an access token with Cognito's claims, for an hour", async () => {
    const { payload } = await verify(await token("alice"));
    assert.equal(payload.token_use, "access");
    assert.equal(payload.client_id, clientId);
    assert.equal(payload.username, "alice");
    assert.equal(payload.scope, "openid");
    assert.match(String(payload.sub), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.ok(payload.jti);
    assert.equal(Number(payload.exp) - Number(payload.iat), 3600);
  });

  it("names the groups of who is in any, as Cognito does", async () => {
    const [olivia, demo] = await Promise.all([token("olivia"), token("demo")]);
    assert.deepEqual((await verify(olivia)).payload["cognito:groups"], ["operators"]);
    assert.equal("cognito:groups" in (await verify(demo)).payload, false);
  });

  it("gives each user a subject that stays, and each token an id of its own", async () => {
    const payloads = [];
    for (const user of ["demo", "demo", "alice", "bob"])
      payloads.push((await verify(await token(user))).payload);
    const [first, again] = payloads;
    assert.equal(first?.sub, again?.sub);
    assert.equal(new Set(payloads.map(({ sub }) => sub)).size, 3);
    assert.equal(new Set(payloads.map(({ jti }) => jti)).size, 4);
  });

  it("serves each client that has somewhere to come back to", async () => {
    const { issuer } = served;
    const hosted = {
      issuer,
      clientId: "hosted",
      redirectUri: "https://app.example.com/callback",
      user: "bob",
    };
    assert.equal((await verify(await accessToken(hosted))).payload.client_id, "hosted");
    const machine = { ...hosted, clientId: "machine", redirectUri };
    await assert.rejects(accessToken(machine), /refused the sign-in: 400 .*invalid_client/);
  });

  it("publishes only public keys", async () => {
    const jwks = (await (await fetch(`${served.issuer}/.well-known/jwks.json`)).json()) as { keys: object[] };
    assert.equal(jwks.keys.length, 1);
    assert.deepEqual(Object.keys(jwks.keys[0] ?? {}).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("keeps its keys, and so its tokens, over a restart", async () => {
    const before = await token();
    const { port } = served;
    await served.close();
    served = await serveIssuer(file, { port });
    await verify(before);
    assert.equal(decodeProtectedHeader(await token()).kid, decodeProtectedHeader(before).kid);
  });

  it("signs with keys of its own when it starts without a file", async () => {
    const other = await serveIssuer(join(folder, "other.json"));
    try {
      const foreign = await token("demo", undefined, other.issuer);
      await assert.rejects(
        jwtVerify(foreign, createRemoteJWKSet(new URL(`${served.issuer}/.well-known/jwks.json`))),
      );
    } finally {
      await other.close();
    }
  });

  it("is served below a path as a user pool is", async () => {
    const pool = await serveIssuer(join(folder, "pool.json"), { path: "/ap-southeast-2_pool" });
    try {
      const { payload } = await verify(await token("bob", undefined, pool.issuer), pool.issuer);
      assert.equal(payload.iss, pool.issuer);
    } finally {
      await pool.close();
    }
  });

  it("doesn't start from keys that it can't read, and leaves them", async () => {
    for (const content of ["{", "{}", '{"version":1,"signing":[],"cookies":["x"]}']) {
      const broken = join(folder, "broken.json");
      writeFileSync(broken, content);
      await assert.rejects(serveIssuer(broken), (error: Error) => {
        return error.message.includes(broken) && /delete it/.test(error.message);
      });
      assert.equal(readFileSync(broken, "utf8"), content);
    }
  });

  it("refuses a wrong password and an unknown user alike", async () => {
    await assert.rejects(token("demo", "wrong"), /doesn't know demo with that password/);
    await assert.rejects(token("mallory"), /doesn't know mallory with that password/);
    await assert.rejects(token("", " "), /doesn't know/);
  });

  it("says that it can't be reached, and what to look at", async () => {
    const { issuer } = served;
    await served.close();
    await assert.rejects(token("demo", undefined, issuer), /can't be reached \(.*ECONNREFUSED.*\).*status/);
    served = await serveIssuer(file);
  });

  it("serves many sign-ins at once", async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => token()));
    assert.equal(new Set(tokens).size, 20);
  });

  it("documents the demo users' password", () => {
    assert.equal(demoPassword, "trizone");
  });
});
