import assert from "node:assert/strict";
import { errorEntry } from "../../../../services/kit/telemetry/index.ts";
import { startPod } from "../../../support/pod.ts";
import { NO_LEDGERS } from "../../../support/stack.ts";

describe("the log", () => {
  it("has one short line for each order that failed as the database is away", async () => {
    const nowhere = { DATABASE_URL: "postgresql://127.0.0.1:9/none", DATABASE_CREDENTIALS: "/nonexistent" };
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

  it("has the stack of what may be a fault of the code, and the causes of all else", () => {
    assert.ok("stack" in errorEntry(new TypeError("x is undefined")));
    const lost = new Error("lost", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) });
    assert.deepEqual(errorEntry(lost), { type: "Error", message: "lost: refused", code: "ECONNREFUSED" });
  });
});
