import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { type Failure, type HttpRequest, startLoad } from "../../../ops/load/index.ts";
import { TestAuthority } from "../../support/certificates.ts";

/** What a server does with a request, by its path. */
const ANSWERS: Record<string, (response: ServerResponse) => void> = {
  "/fine": (response) => response.end("all is well"),
  "/reset": (response) => response.socket?.resetAndDestroy(),
  "/silent": () => undefined,
  "/truncated": (response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("a part", () => response.socket?.destroy());
  },
  "/drip": (response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write("."), 20);
    response.on("close", () => clearInterval(drip));
  },
  "/404": (response) => response.writeHead(404).end(),
  "/429": (response) => response.writeHead(429).end(),
  "/500": (response) => response.writeHead(500).end(),
  "/503": (response) => response.writeHead(503).end(),
};

describe("failures of a load", () => {
  let server: Server;
  let origin: string;
  let authority: TestAuthority;

  before(async () => {
    server = createServer(({ url = "" }, response) => ANSWERS[url]?.(response)).listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = originOf(server);
    authority = await TestAuthority.create();
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await authority.remove();
  });

  /** Two requests of the kind, and the classes that they were counted in. */
  async function classesOf(request: Partial<HttpRequest>): Promise<Partial<Record<Failure, number>>> {
    const { total } = await startLoad({
      connections: 1,
      requests: 2,
      timeoutMs: 300,
      deadlineMs: 400,
      to: [{ key: "one", origin, path: "/fine", ...request }],
    }).result;
    assert.equal(total.requests, 2);
    return total.failures;
  }

  it("counts a request that is answered as a success", async () => {
    assert.deepEqual(await classesOf({ expect: { body: /well/ } }), {});
  });

  for (const [path, failure] of [
    ["/404", "4xx"],
    ["/429", "429"],
    ["/503", "503"],
    ["/500", "5xx"],
    ["/reset", "reset"],
    ["/silent", "timeout"],
    ["/truncated", "truncated"],
    ["/drip", "deadline"],
  ] as const) {
    it(`counts ${path.slice(1)} as ${failure}`, async () => {
      assert.deepEqual(await classesOf({ path }), { [failure]: 2 });
    });
  }

  it("counts an answer that is not the expected one as body", async () => {
    assert.deepEqual(await classesOf({ expect: { body: /ill/ } }), { body: 2 });
  });

  it("counts a port where nobody listens as refused", async () => {
    const nobody = createTcpServer().listen(0, "127.0.0.1");
    await once(nobody, "listening");
    const { port } = nobody.address() as AddressInfo;
    nobody.close();
    await once(nobody, "close");
    assert.deepEqual(await classesOf({ origin: `http://127.0.0.1:${port}` }), { refused: 2 });
  });

  it("counts a name that doesn't exist as dns", async () => {
    // RFC 6761: no name below "invalid" exists. Without a resolver a question takes longer than a server's answer may.
    const { total } = await startLoad({
      ...{ connections: 1, requests: 1, timeoutMs: 20_000 },
      to: [{ key: "one", origin: "http://no-such-host.invalid", path: "/" }],
    }).result;
    assert.deepEqual(total.failures, { dns: 1 });
  });

  it("counts a certificate that nobody vouches for as tls, and takes one of a given authority", async () => {
    const folder = await authority.issue(["127.0.0.1"]);
    const [cert, key] = await Promise.all(["tls.crt", "tls.key"].map((name) => readFile(join(folder, name))));
    const secure = createTlsServer({ cert, key }, (_, response) => response.end("ok")).listen(0, "127.0.0.1");
    await once(secure, "listening");
    try {
      const secureOrigin = originOf(secure).replace("http:", "https:");
      assert.deepEqual(await classesOf({ origin: secureOrigin, path: "/" }), { tls: 2 });
      const to = [{ key: "one", origin: secureOrigin, path: "/" }];
      const { total } = await startLoad({ connections: 1, requests: 2, ca: authority.root, to }).result;
      assert.deepEqual([total.ok, total.failures], [2, {}]);
    } finally {
      secure.closeAllConnections();
      secure.close();
    }
  });

  it("goes on after failures: a fault of some requests leaves the others as they are", async () => {
    const kinds = ["/fine", "/404", "/reset", "/truncated", "/503"];
    const { total, keys } = await startLoad({
      ...{ rate: 100, requests: 200, seed: 7 },
      to: kinds.map((path) => ({ key: path, origin, path })),
    }).result;
    assert.equal(total.requests, 200);
    const failed = kinds.map((path) => keys[path]?.failures);
    const counts = kinds.map((path) => keys[path]?.requests);
    assert.deepEqual(failed, [
      {},
      { "4xx": counts[1] },
      { reset: counts[2] },
      { truncated: counts[3] },
      { "503": counts[4] },
    ]);
    assert.equal(keys["/fine"]?.ok, counts[0]);
    assert.ok(
      counts.every((count) => (count ?? 0) > 20),
      `drawn alike: ${counts.join(", ")}`,
    );
  });
});

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
