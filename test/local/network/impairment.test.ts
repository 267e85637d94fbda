import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { type Impairment, impair, UNIMPAIRED } from "../../../local/network/impairment.ts";

describe("an impaired connection", () => {
  it("delays each message, also one that follows its answer at once or begins as the fault does", async () => {
    const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    let now: Impairment = UNIMPAIRED;
    impair(socket, () => now);
    const roundTrip = async () => {
      const began = performance.now();
      socket.write("ping");
      await once(socket, "data");
      return performance.now() - began;
    };
    const unimpaired = await roundTrip();
    now = { latencyMs: 30, errorShare: 0 };
    const impaired = [await roundTrip(), await roundTrip(), await roundTrip()];
    socket.destroy();
    server.close();
    assert.ok(unimpaired < 30, `${unimpaired} ms without a fault`);
    for (const ms of impaired) assert.ok(ms >= 29, `${impaired.join(", ")} ms with 30 ms added`);
  });
});
