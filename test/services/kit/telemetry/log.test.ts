import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorEntry } from "../../../../services/kit/telemetry/index.ts";
import { endWithUs } from "../../../support/end-with-us.ts";
import { imageOf, startPod } from "../../../support/pod.ts";
import { freePort } from "../../../support/postgres.ts";
import { NO_LEDGERS } from "../../../support/stack.ts";

const nowhere = { DATABASE_URL: "postgresql://127.0.0.1:9/none", DATABASE_CREDENTIALS: "/nonexistent" };

describe("the log", () => {
  it("has one short line for each order that failed as the database is away", async () => {
    const pod = await startPod("trading", { ...nowhere, ...NO_LEDGERS });
    try {
      for (const key of ["order-1", "order-2"]) {
        const response = await fetch(`${pod.url}/api/orders`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            "idempotency-key": key,
            "x-user-id": "ann",
            "x-request-id": key,
          },
          body: JSON.stringify({ symbol: "BHP", side: "buy", type: "market", quantity: 1 }),
        });
        assert.equal(response.status, 503);
        const lines = pod
          .output()
          .split("\n")
          .filter((line) => line.includes(`"requestId":"${key}"`));
        assert.equal(lines.length, 1, lines.join("\n"));
        const line = lines[0] ?? "";
        assert.ok(line.length < 600, `${line.length} characters: ${line}`);
        const { err, status } = JSON.parse(line);
        assert.deepEqual([status, err.stack, err.code], [503, undefined, "ENOENT"]);
        assert.match(err.message, /right now.*no such file/);
      }
    } finally {
      await pod.stop();
    }
  });

  it("makes nothing wait that it can't write", async function () {
    if (process.platform !== "linux") {
      console.log("      skipped: only Linux has /dev/full");
      this.skip();
    }
    const full = openSync("/dev/full", "w");
    const [http, admin] = [await freePort(), await freePort()];
    const ports = { HTTP_PORT: String(http), ADMIN_PORT: String(admin), TERMINATION_LAME_DUCK_MS: "0" };
    const pod = { SERVICE: "trading", POD_NAME: "trading-1", ZONE: "a" };
    const child = spawn(process.execPath, [join(await imageOf("trading"), "main.js")], {
      env: { PATH: process.env.PATH, ...pod, ...ports, ...nowhere, ...NO_LEDGERS },
      stdio: ["ignore", full, "ignore"],
    });
    endWithUs(child);
    closeSync(full);
    const status = async (url: string) => {
      const response = await fetch(url, {
        headers: { "x-user-id": "ann" },
        signal: AbortSignal.timeout(5000),
      });
      await response.text();
      return response.status;
    };
    const exited = once(child, "exit");
    const isUp = () => status(`http://127.0.0.1:${admin}/livez`).catch(() => 0);
    for (let tries = 0; (await isUp()) !== 200; tries += 1) {
      assert.ok(tries < 200 && child.exitCode === null, "it did not start");
      await sleep(50);
    }
    // More lines than wait for the disk.
    for (let sent = 0; sent < 400; sent += 20) {
      const orders = Array.from({ length: 20 }, () => status(`http://127.0.0.1:${http}/api/orders`));
      assert.deepEqual(new Set(await Promise.all(orders)), new Set([503]));
    }
    child.kill("SIGTERM");
    assert.deepEqual(await exited, [0, null]);
  }).timeout(60_000);

  it("has the stack of what may be a fault of the code, and the causes of all else", () => {
    assert.ok("stack" in errorEntry(new TypeError("x is undefined")));
    const lost = new Error("lost", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) });
    assert.deepEqual(errorEntry(lost), { type: "Error", message: "lost: refused", code: "ECONNREFUSED" });
  });
});
