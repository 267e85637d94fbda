import assert from "node:assert/strict";
import fc from "fast-check";
import { requestHeaders, responseHeaders } from "../../../../services/kit/http/headers.ts";
import { idempotencyKeyProblem } from "../../../../services/kit/http/user.ts";

describe("headers", () => {
  it("take idempotency keys of 1 to 255 visible ASCII characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 260 }), (key) => {
        assert.equal(idempotencyKeyProblem(key) === undefined, /^[!-~]{1,255}$/.test(key));
      }),
    );
  });

  it("pass on no header that is for one hop, listed ones included", () => {
    const given = {
      connection: "close, X-Secret",
      "keep-alive": "5",
      "x-secret": "1",
      te: "x",
      upgrade: "h2",
      a: "1",
      host: "h",
    };
    assert.deepEqual(requestHeaders({ ...given, "x-user-id": "root" }, new Set(["x-user-id"])), { a: "1" });
    const back = { a: "1", host: "h", "content-length": "3" };
    assert.deepEqual(
      responseHeaders({ ...given, "content-length": "3", "set-cookie": ["x", "y"], "x-request-id": "r" }),
      back,
    );
  });
});
