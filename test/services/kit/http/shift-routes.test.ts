import assert from "node:assert/strict";
import { Hono } from "hono";
import { ProblemError, problemResponse } from "../../../../services/kit/http/problem.ts";
import { addShiftRoutes } from "../../../../services/kit/http/shift-routes.ts";
import { createPod, type Stream } from "../../../../services/kit/pod.ts";

/** A pod's admin port with two streams that pass through it, and three connections that are its own. */
function fixture() {
  const environment = { SERVICE: "web", POD_NAME: "web-1", ZONE: "a", LOG_LEVEL: "silent" as const };
  const pod = createPod(environment as Parameters<typeof createPod>[0]);
  const closed: [code: number, reason: string][] = [];
  const stream = (): Stream => ({ close: async (code, reason) => void closed.push([code, reason]) });
  pod.streams.add(stream()).add(stream());
  const shifted: boolean[] = [];
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof ProblemError) return problemResponse(error, c.req.path);
    throw error;
  });
  addShiftRoutes(app, pod, { drain: () => 3, shifted: (away) => void shifted.push(away) });
  const put = (body: string) =>
    app.request("/zone-shift", { method: "PUT", body, headers: { "content-type": "application/json" } });
  return { app, put, closed, shifted };
}

describe("a pod whose zone is shifted away", () => {
  it("asks the clients of its WebSockets to connect anew, and its service to give its work away", async () => {
    const { put, closed, shifted } = fixture();
    const answer = await put('{"away":true}');
    assert.deepEqual(await answer.json(), { away: true, closed: 5 });
    assert.deepEqual(closed, [
      [1012, "Please connect again"],
      [1012, "Please connect again"],
    ]);
    assert.deepEqual(shifted, [true]);
  });

  it("closes nothing when the shift is over", async () => {
    const { put, closed, shifted } = fixture();
    assert.deepEqual(await (await put('{"away":false}')).json(), { away: false, closed: 0 });
    assert.deepEqual([closed, shifted], [[], [false]]);
  });

  it("drains alone too, and refuses what isn't a shift", async () => {
    const { app, put, closed, shifted } = fixture();
    const drained = await app.request("/drain-connections", { method: "POST" });
    assert.deepEqual(await drained.json(), { closed: 5 });
    for (const wrong of ["{}", '{"away":"yes"}', "{"])
      assert.ok([400, 422].includes((await put(wrong)).status), wrong);
    assert.deepEqual([closed.length, shifted], [2, []]);
  });
});
