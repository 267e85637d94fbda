import assert from "node:assert/strict";
import { type Echo, echoApi } from "../../../services/echo/api.ts";
import { startPod } from "../../support/pod.ts";

describe("echo", () => {
  const app = echoApi({ SERVICE: "foo", POD_NAME: "foo-1", ZONE: "ap-southeast-2b" });

  it("answers any method with the request and the pod that took it", async () => {
    const response = await app.request("/some/path", {
      method: "PUT",
      headers: { host: "foo.localhost", "content-length": "5" },
      body: "hello",
    });
    assert.deepEqual((await response.json()) as Echo, {
      ...{ service: "foo", pod: "foo-1", zone: "ap-southeast-2b", host: "foo.localhost" },
      ...{ method: "PUT", path: "/some/path", body: "hello" },
    });
  });

  it("runs as a pod, and refuses a body that is too large", async () => {
    const pod = await startPod("echo", {});
    try {
      const answer = await fetch(`${pod.url}/`, { signal: AbortSignal.timeout(10_000) });
      assert.equal(((await answer.json()) as Echo).service, "echo");
      const body = "x".repeat(65 * 1024);
      const refused = await fetch(`${pod.url}/`, {
        method: "POST",
        body,
        signal: AbortSignal.timeout(10_000),
      });
      assert.equal(refused.status, 413);
    } finally {
      await pod.stop();
    }
  });
});
