import assert from "node:assert/strict";
import type { Analysis } from "../../../services/news/schemas.ts";
import type { RunningPod } from "../../support/pod.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { migrate } from "../../support/stack.ts";
import { startNewsWithFakeModel } from "./start-news.ts";

interface Page {
  items: Analysis[];
  nextCursor: string | null;
}

interface Problem {
  status: number;
  errors: { field: string; pointer?: string; message: string }[];
}

describe("the API of news", () => {
  let postgres: TestPostgres;
  let news: RunningPod;
  before(async () => {
    postgres = await startPostgres();
    await migrate(postgres);
    news = await startNewsWithFakeModel(postgres, { TEXTS_PER_SECOND: "100000", TEXTS_BURST: "100000" });
  });
  after(async () => {
    await news?.stop();
    await postgres?.stop();
  });

  const post = (path: string, body: unknown, user = "ana") =>
    fetch(`${news.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-user-id": user },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const analyse = async (body: unknown, user?: string): Promise<Analysis> => {
    const response = await post("/api/analyze", body, user);
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as Analysis;
  };
  const refused = async (path: string, body: unknown, status: number): Promise<Problem["errors"]> => {
    const response = await post(path, body);
    assert.equal(response.status, status);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    return ((await response.json()) as Problem).errors;
  };
  const history = async (user: string, query = ""): Promise<Page> => {
    const response = await fetch(`${news.url}/api/analyze/history${query}`, {
      headers: { "x-user-id": user },
    });
    assert.equal(response.status, 200);
    return (await response.json()) as Page;
  };

  it("says label, probabilities, version, what was cut, and how long it took; and keeps it", async () => {
    const answer = await analyse({ text: "BHP profit up", symbol: "BHP" }, "one");
    const { id, at, latencyMs, ...rest } = answer;
    assert.deepEqual(rest, {
      symbol: "BHP",
      label: "positive",
      confidence: 0.8,
      probabilities: { negative: 0.1, neutral: 0.1, positive: 0.8 },
      model: "9.9.9",
      excerpt: "BHP profit up",
      input: { characters: 13, tokens: 5, truncatedTokens: 0, unknownTokens: 0 },
    });
    assert.ok(Math.abs(Date.parse(at) - Date.now()) < 10_000);
    assert.ok(
      latencyMs.total > 0 && latencyMs.queue === 0.1 && latencyMs.tokenise === 0.2 && latencyMs.infer === 0.3,
    );
    assert.deepEqual(await history("one"), { items: [answer], nextCursor: null });
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    const long = await analyse({ text: "word ".repeat(20_000) });
    assert.deepEqual(long.input, {
      characters: 99_999,
      tokens: 20_002,
      truncatedTokens: 19_746,
      unknownTokens: 0,
    });
    assert.equal(long.excerpt.length, 280);
  });

  it("reads HTML as text, and answers no markup", async () => {
    const { label, excerpt, symbol } = await analyse({
      html: "<h1>CBA</h1><script>x</script><p>goes <b>down</b></p>",
    });
    assert.deepEqual(
      { label, excerpt, symbol },
      { label: "negative", excerpt: "CBA goes down", symbol: null },
    );
    const probe = await analyse({ html: "up &lt;script&gt;alert(1)&lt;/script&gt;" });
    assert.equal(probe.excerpt, "up < script>alert(1)< /script>");
  });

  it("analyses 256 texts at once, in their order", async () => {
    const items = Array.from({ length: 256 }, (_, i) => ({ text: `text ${i} ${i % 2 ? "up" : "down"}` }));
    const response = await post("/api/analyze/batch", { items }, "batch");
    assert.equal(response.status, 200);
    const { items: answers } = (await response.json()) as Page;
    assert.deepEqual(
      answers.map(({ excerpt, label }) => [excerpt, label]),
      items.map(({ text }, i) => [text, i % 2 ? "positive" : "negative"]),
    );
    const { rows } = await postgres.query(
      "SELECT count(*)::int AS stored FROM news.predictions WHERE user_id = 'batch'",
    );
    assert.equal(rows[0].stored, 256);
  });

  it("names what is wrong with a text", async () => {
    const path = "/api/analyze";
    const fields = async (body: unknown) => (await refused(path, body, 422)).map(({ field }) => field);
    assert.deepEqual(await fields({}), ["body"]);
    assert.deepEqual(await fields({ text: "a", html: "b" }), ["body"]);
    assert.deepEqual(await fields({ text: "" }), ["text"]);
    assert.deepEqual(await fields({ text: "x".repeat(100_001) }), ["text"]);
    assert.deepEqual(await fields({ text: "x", symbol: "bhp", model: "1" }), ["symbol", "model"]);
    assert.deepEqual(await fields({ html: "<script>alert(1)</script>" }), ["html"]);
    assert.deepEqual(await fields({ text: "\u0000 \u200b" }), ["text"]);
    assert.deepEqual(await fields([]), ["body"]);
    await refused(path, "{", 400);
    await refused(path, { text: "x".repeat(700_000) }, 413);
  });

  it("names the text of a batch that is wrong, and analyses none", async () => {
    const path = "/api/analyze/batch";
    const errors = await refused(path, { items: [{ text: "a" }, { html: "<br>" }] }, 422);
    assert.deepEqual(
      errors.map(({ field, pointer }) => ({ field, pointer })),
      [{ field: "items.1.html", pointer: "/items/1/html" }],
    );
    const [unknown] = await refused(path, { items: [{ text: "a" }, { txt: "b" }] }, 422);
    assert.equal(unknown?.field, "items.1.txt");
    assert.equal((await refused(path, { items: [] }, 422))[0]?.field, "items");
    const many = Array.from({ length: 257 }, () => ({ text: "a" }));
    assert.equal((await refused(path, { items: many }, 422))[0]?.field, "items");
  });

  it("pages through a user's own history, by symbol and label", async () => {
    for (let i = 0; i < 12; i += 1) {
      const symbol = i % 3 === 0 ? "BHP" : i % 3 === 1 ? "CBA" : undefined;
      await analyse({ text: `n${i} ${i % 2 ? "up" : "down"}`, symbol }, "pager");
    }
    const all = async (query: string) => {
      const found: string[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const page: Page = await history("pager", `?limit=2${query}${cursor && `&cursor=${cursor}`}`);
        assert.ok(page.items.length <= 2);
        found.push(...page.items.map(({ excerpt }) => excerpt.split(" ")[0] ?? ""));
        cursor = page.nextCursor;
      }
      return found;
    };
    assert.deepEqual(
      await all(""),
      [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((i) => `n${i}`),
    );
    assert.deepEqual(await all("&symbol=BHP"), ["n9", "n6", "n3", "n0"]);
    assert.deepEqual(await all("&label=positive"), ["n11", "n9", "n7", "n5", "n3", "n1"]);
    assert.deepEqual(await all("&symbol=CBA&label=positive"), ["n7", "n1"]);
    assert.deepEqual(await all("&symbol=XYZ"), []);
    assert.deepEqual(await history("nobody"), { items: [], nextCursor: null });
    for (const query of ["?cursor=x", "?limit=0", "?limit=101", "?colour=red"]) {
      const response = await fetch(`${news.url}/api/analyze/history${query}`, {
        headers: { "x-user-id": "pager" },
      });
      assert.equal(response.status, 400, query);
    }
  });

  it("deletes a user's, and nobody else's", async () => {
    const many = { items: Array.from({ length: 256 }, () => ({ text: "up" })) };
    for (let i = 0; i < 9; i += 1)
      assert.equal((await post("/api/analyze/batch", many, "leaver")).status, 200);
    await analyse({ text: "up" }, "stayer");
    const remove = async () => {
      const response = await fetch(`${news.url}/api/analyze/history`, {
        method: "DELETE",
        headers: { "x-user-id": "leaver" },
      });
      assert.equal(response.status, 200);
      return response.json();
    };
    assert.deepEqual(await remove(), { deleted: 9 * 256 });
    assert.deepEqual(await remove(), { deleted: 0 });
    assert.deepEqual((await history("leaver")).items, []);
    assert.equal((await history("stayer")).items.length, 1);
  });

  it("does not answer what it could not store", async () => {
    await postgres.crash();
    const response = await post("/api/analyze", { text: "up" });
    assert.equal(response.status, 503);
    assert.ok(response.headers.get("retry-after"));
    await postgres.start();
    await analyse({ text: "up" });
  });

  it("asks who calls", async () => {
    for (const [method, path] of [
      ["POST", "/api/analyze"],
      ["GET", "/api/analyze/history"],
      ["DELETE", "/api/analyze/history"],
    ]) {
      const body = method === "POST" ? '{"text":"x"}' : undefined;
      const response = await fetch(news.url + path, {
        method,
        body,
        headers: { "content-type": "application/json" },
      });
      assert.equal(response.status, 401);
    }
  });

  it("bounds the texts of a user, and says when to come back", async () => {
    const limited = await startNewsWithFakeModel(postgres, { TEXTS_PER_SECOND: "0.1", TEXTS_BURST: "300" });
    try {
      const send = (user: string, texts: number) =>
        fetch(`${limited.url}/api/analyze/batch`, {
          method: "POST",
          headers: { "content-type": "application/json", "x-user-id": user },
          body: JSON.stringify({ items: Array.from({ length: texts }, () => ({ text: "up" })) }),
        });
      const first = await send("ana", 256);
      assert.equal(first.status, 200);
      assert.equal(first.headers.get("ratelimit-policy"), '"texts";q=300;w=3000');
      assert.equal(first.headers.get("ratelimit"), '"texts";r=44');
      const second = await send("ana", 64);
      assert.equal(second.status, 429);
      assert.ok(Number(second.headers.get("retry-after")) > 100);
      assert.equal((await send("ana", 44)).status, 200);
      assert.equal((await send("ben", 256)).status, 200);
    } finally {
      await limited.stop();
    }
  });

  it("writes no text to its log and its metrics", async () => {
    await analyse({ text: "xylophone up" });
    await analyse({ html: "<p>xylophone</p> down" });
    await refused("/api/analyze", { text: "xylophone", symbol: "xylophone" }, 422);
    await refused("/api/analyze", '{"text": "xylophone', 400);
    const metrics = await (await fetch(`${news.admin}/metrics`)).text();
    assert.match(metrics, /http_requests_total\{.*route="\/api\/analyze"/);
    assert.doesNotMatch(metrics + news.output(), /xylophone/);
  });
});
