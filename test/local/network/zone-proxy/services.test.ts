import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { ask, askMany, shares } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const NAME = "front.shop.svc.cluster.local:8080";
const DATABASE = "127.0.0.1:5433";

/** A server that greets with its name. */
async function greeter(name: string): Promise<{ server: Server; address: string }> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.write(name);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe("Services", () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open();
  });
  after(() => stage.close());
  afterEach(() => stage.mark({ ready: true, terminating: false }, () => true));

  it("prefer the own zone, and take the others when it has no ready endpoint", async () => {
    for (const zone of ["a", "b", "c"]) {
      const host = stage.network.lookup(zone)[NAME] ?? "";
      assert.deepEqual(Object.keys(shares(await askMany(host, 20, 4))), [zone]);
    }
    await stage.mark({ ready: false }, ({ zone }) => zone === "a");
    const host = stage.network.lookup("a")[NAME] ?? "";
    const spread = shares(await askMany(host, 60, 4));
    assert.deepEqual(Object.keys(spread).sort(), ["b", "c"]);
    for (const share of Object.values(spread)) assert.ok(share > 0.45);
  });

  it("go on to the next endpoint when one refuses, and reset when there is none", async () => {
    const host = stage.network.lookup("b")[NAME] ?? "";
    const [own] = stage.pods.filter(({ zone }) => zone === "b");
    assert.ok(own);
    const { ports } = own;
    await stage.mark({ ports: { ...ports, http: "127.0.0.1:1" } }, (pod) => pod === own);
    const answers = await askMany(host, 20, 4);
    assert.ok(answers.every(({ status, pod }) => status === 200 && pod !== own.name));
    await stage.mark({ ports }, (pod) => pod === own);
    await stage.mark({ terminating: true }, () => true);
    await assert.rejects(ask(host), { code: "ECONNRESET" });
  });

  it("lead to an address outside, and break connections off when what is behind it moves", async () => {
    const [first, second] = [await greeter("first"), await greeter("second")];
    try {
      await stage.apply({ endpoints: [{ name: DATABASE, upstream: first.address, zone: "a" }] });
      const [host, port] = (stage.network.lookup("b")[DATABASE] ?? "").split(":");
      const open = async () => {
        const socket = connect(Number(port), host);
        const [greeting] = (await once(socket, "data")) as [Buffer];
        return { socket, greeting: String(greeting) };
      };
      const { socket, greeting } = await open();
      assert.equal(greeting, "first");
      const broken = once(socket, "error");
      await stage.apply({ endpoints: [{ name: DATABASE }] });
      await broken;
      await assert.rejects(open());
      await stage.apply({ endpoints: [{ name: DATABASE, upstream: second.address, zone: "b" }] });
      const again = await open();
      assert.equal(again.greeting, "second");
      again.socket.destroy();
      assert.equal((stage.network.lookup("b")[DATABASE] ?? "").split(":")[1], port);
    } finally {
      first.server.close();
      second.server.close();
    }
  });
});
