import assert from "node:assert/strict";
import { getPriority } from "node:os";
import type { Analysis } from "../../services/news/schemas.ts";
import { fetchAgain } from "../support/fetch-again.ts";
import { shared } from "./shared.ts";

describe("market news through the public load balancer", () => {
  let api: string;
  let token: string;
  before(async function () {
    this.timeout(150_000);
    const platform = await shared();
    api = platform.outputs.apiUrl;
    token = await platform.token();
  });

  const call = (path: string, method: string, body?: unknown) =>
    fetchAgain(`${api}/analyze${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  it("runs in all three zones, each pod with the model that its init container fetched", async () => {
    const { pods } = await (await shared()).status();
    const news = pods.filter(({ workload }) => workload === "news");
    assert.deepEqual(
      news.map(({ zone, ready }) => [zone, ready]).sort(),
      ["a", "b", "c"].map((letter) => [`ap-southeast-2${letter}`, true]),
    );
    for (const { workload, pid } of pods)
      assert.equal(getPriority(pid), workload === "news" ? 19 : 0, workload);
  });

  it("is analysed, kept, listed and deleted", async () => {
    const response = await call("", "POST", {
      html: "<p>Profit <b>up</b></p><script>x</script>",
      symbol: "BHP",
    });
    assert.equal(response.status, 200, await response.clone().text());
    assert.match(response.headers.get("x-zone") ?? "", /^ap-southeast-2[abc]$/);
    const answer = (await response.json()) as Analysis;
    assert.equal(answer.model, "1.0.0");
    assert.equal(answer.excerpt, "Profit up");
    const shares = Object.values(answer.probabilities);
    assert.equal(shares.length, 3);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-4);
    assert.equal(answer.confidence, Math.max(...shares));

    const items = Array.from({ length: 256 }, (_, i) => ({ text: `headline ${i}` }));
    const batch = await call("/batch", "POST", { items });
    assert.equal(batch.status, 200);
    assert.equal(((await batch.json()) as { items: Analysis[] }).items.length, 256);

    const listed = await call("/history?symbol=BHP", "GET");
    assert.deepEqual(await listed.json(), { items: [answer], nextCursor: null });
    const deleted = await call("/history", "DELETE");
    assert.deepEqual(await deleted.json(), { deleted: 257 });
  });

  it("may be 100 KB, which an order may not", async () => {
    const response = await call("", "POST", { text: "word ".repeat(20_000) });
    assert.equal(response.status, 200);
    const { input } = (await response.json()) as Analysis;
    assert.ok(input.tokens > 20_000 && input.truncatedTokens === input.tokens - 64, JSON.stringify(input));
    assert.equal((await call("", "POST", { text: "x".repeat(1_100_000) })).status, 413);
  });
});
