import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { PodNotices } from "../../../services/guard/moves/notices.ts";
import type { Target } from "../../../services/guard/sources/index.ts";

describe("notices to pods of a zonal shift", () => {
  const asked: string[] = [];
  let status = 200;
  let server: Server;
  let notices: PodNotices;
  let targets: Target[];

  before(async () => {
    server = createServer(async (request, response) => {
      const body = (await request.setEncoding("utf8").toArray()).join("");
      asked.push(`${request.method} ${request.url} ${body}`);
      response.writeHead(status).end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const admin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pod = (name: string, zone: string, ready = true): Target => ({
      ...{ pod: name, zone, service: "trading", ready, admin, http: undefined, release: undefined },
    });
    targets = [pod("one", "a"), pod("two", "b"), pod("starting", "b", false)];
    notices = new PodNotices(pino({ level: "silent" }));
  });

  beforeEach(() => {
    asked.length = 0;
    status = 200;
  });

  after(async () => {
    await notices.close();
    server.close();
  });

  it("go to each ready pod once, with whether its zone is away", async () => {
    await notices.keep(targets, new Set());
    assert.deepEqual(asked, Array(2).fill('PUT /zone-shift {"away":false}'));
    await notices.keep(targets, new Set());
    assert.equal(asked.length, 2);
  });

  it("go to the zone's pods alone when it is shifted away, and when it comes back", async () => {
    await notices.keep(targets, new Set(["b"]));
    await notices.keep(targets, new Set(["b"]));
    await notices.keep(targets, new Set());
    assert.deepEqual(asked, ['PUT /zone-shift {"away":true}', 'PUT /zone-shift {"away":false}']);
  });

  it("are given again to a pod that failed, and to a new one of its name", async () => {
    status = 500;
    await notices.keep(targets, new Set(["b"]));
    status = 200;
    await notices.keep(targets, new Set(["b"]));
    assert.equal(asked.length, 2);
    await notices.keep([], new Set(["b"]));
    await notices.keep(targets, new Set(["b"]));
    assert.equal(asked.length, 4);
  });
});
