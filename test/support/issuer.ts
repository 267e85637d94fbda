import { once } from "node:events";
import { createServer } from "node:http";
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

export const CLIENT_ID = "page";

/** A small OpenID issuer: a discovery document, one key, and tokens in Cognito's shape. */
export interface TestIssuer {
  url: string;
  /** Tokens differ from a good one by what is given. */
  token(change?: JWTPayload, header?: { alg?: string; kid?: string }): Promise<string>;
  /** Signs with another key under the same key id. */
  forged(): Promise<string>;
  /** How often the keys were fetched. */
  fetches(): number;
  /** Signs with a new key from now on; `broken` ones can't be read where they are fetched. Returns the key's id. */
  rotate(broken?: boolean): Promise<string>;
  /** Whether it answers. */
  setUp(up: boolean): void;
  close(): Promise<void>;
}

export async function startIssuer(): Promise<TestIssuer> {
  let good = await generateKeyPair("RS256");
  const bad = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(good.publicKey)), kid: "one", alg: "RS256", use: "sig" };
  const keys: object[] = [jwk];
  let kid = "one";
  let up = true;
  let fetches = 0;
  const server = createServer((request, response) => {
    if (!up) {
      response.writeHead(500).end();
      return;
    }
    if (request.url === "/jwks") fetches += 1;
    const answer = request.url === "/jwks" ? { keys } : { issuer: url, jwks_uri: `${url}/jwks` };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;

  const sign = (key: CryptoKey, change: JWTPayload, header: { alg?: string; kid?: string }) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { sub: "user-1", username: "Ana", client_id: CLIENT_ID, token_use: "access", iss: url };
    return new SignJWT({ ...claims, iat: now, exp: now + 300, ...change })
      .setProtectedHeader({ alg: "RS256", kid, ...header })
      .sign(key);
  };
  return {
    url,
    token: (change = {}, header = {}) => sign(good.privateKey, change, header),
    forged: () => sign(bad.privateKey, {}, {}),
    fetches: () => fetches,
    rotate: async (broken = false) => {
      good = await generateKeyPair("RS256");
      kid = `key-${keys.length}`;
      const next = { ...(await exportJWK(good.publicKey)), kid, alg: "RS256", use: "sig" };
      keys.push(broken ? { ...next, n: "" } : next);
      return kid;
    },
    setUp: (value) => {
      up = value;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
