import assert from "node:assert/strict";
import { QueueFull } from "../../../../services/kit/group-commit.ts";
import { bodyLimit } from "../../../../services/kit/http/body-limit.ts";
import { Overload } from "../../../../services/kit/http/overload.ts";
import { type Problem, ProblemError } from "../../../../services/kit/http/problem.ts";
import { testApp } from "../../../support/app.ts";

const problemIn = async (response: Response) => {
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const problem = (await response.json()) as Problem;
  assert.equal(problem.status, response.status);
  return problem;
};

describe("a service's app", () => {
  it("answers what its handlers throw with problem details, and keeps its own errors to the log", async () => {
    const { app } = testApp();
    const errors = {
      "/mine": new ProblemError(409, "It is so already.", { headers: { "x-more": "1" } }),
      "/full": new QueueFull("too many wait"),
      "/broken": new Error("SELECT secret"),
    };
    for (const [path, error] of Object.entries(errors)) {
      app.get(path, () => {
        throw error;
      });
    }
    const trace = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    const mine = await app.request("/mine", { headers: trace });
    assert.equal(mine.headers.get("x-more"), "1");
    const { detail, instance, traceId } = await problemIn(mine);
    assert.deepEqual([detail, instance], ["It is so already.", "/mine"]);
    assert.equal(traceId, "0af7651916cd43dd8448eb211c80319c");
    const full = await app.request("/full");
    assert.deepEqual([full.status, full.headers.get("retry-after")], [503, "1"]);
    const broken = await problemIn(await app.request("/broken"));
    assert.equal(broken.status, 500);
    assert.doesNotMatch(JSON.stringify(broken), /secret/);
  });

  it("says which methods a path has, and leaves a handler's own 404 alone", async () => {
    const { app } = testApp();
    app.get("/things/:id", (c) => c.text("gone", 404)).put("/things/:id", (c) => c.text("ok"));
    app.all("/passed-on/*", (c) => c.text("nothing there", 404)).get("/*", (c) => c.text("page"));
    const refused = await app.request("/things/1", { method: "DELETE" });
    assert.equal((await problemIn(refused)).status, 405);
    assert.equal(refused.headers.get("allow"), "GET, HEAD, PUT");
    assert.equal((await app.request("/things/1")).status, 404);
    const passedOn = await app.request("/passed-on/x", { method: "POST" });
    assert.deepEqual([passedOn.status, await passedOn.text()], [404, "nothing there"]);
  });

  it("counts each request under its route", async () => {
    const { app, pod } = testApp();
    app.get("/things/:id", (c) => c.text("ok"));
    await app.request("/things/1");
    await app.request("/things/2");
    assert.match(
      await pod.metrics.registry.metrics(),
      /http_requests_total\{.*route="\/things\/:id".*\} 2\n/,
    );
  });

  it("bounds bodies that declare their length and those that come in chunks", async () => {
    const { app } = testApp();
    app.use(bodyLimit(10)).post("/", async (c) => c.text(await c.req.text()));
    const send = (body: string, headers: Record<string, string>) =>
      app.request("/", { method: "POST", body, headers });
    const chunked: Record<string, string> = { "transfer-encoding": "chunked" };
    for (const headers of [{ "content-length": "11" }, chunked]) {
      const { status, errors } = await problemIn(await send("12345678901", headers));
      assert.deepEqual([status, errors?.[0]?.field], [413, "body"]);
    }
    for (const headers of [{ "content-length": "10" }, chunked])
      assert.equal(await (await send("1234567890", headers)).text(), "1234567890");
  });

  it("obeys faults, but has no requests that are a group while there are any", async () => {
    const { app, pod } = testApp({ groupPaths: ["/internal/group"] });
    app.get("/x", (c) => c.text("ok")).put("/internal/group", (c) => c.text("ok"));
    const group = async () => (await app.request("/internal/group", { method: "PUT" })).status;
    assert.equal(await group(), 200);
    const { id } = pod.chaos.add({ latencyMs: 0, jitterMs: 0, errorShare: 1, route: "/x" });
    assert.equal((await app.request("/x")).status, 500);
    assert.equal(await group(), 404);
    pod.chaos.remove(id);
    assert.equal((await app.request("/x")).status, 200);
  });

  it("lets a request that is one too many wait, and refuses it when it has waited for long", async () => {
    const { app } = testApp({ overload: new Overload({ minInFlight: 1, maxInFlight: 1, patienceMs: 50 }) });
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    app.get("/slow", async (c) => c.text(String(await held)));
    app.get("/internal/x", (c) => c.text("ok"));
    const slow = app.request("/slow");
    const waits = app.request("/slow");
    assert.equal((await app.request("/internal/x")).status, 200, "belongs to a request that was accepted");
    const refused = await waits;
    assert.equal((await problemIn(refused)).status, 503);
    assert.match(refused.headers.get("retry-after") ?? "", /^[12]$/);
    const next = app.request("/slow");
    answer();
    assert.deepEqual([(await slow).status, (await next).status], [200, 200]);
  });
});
