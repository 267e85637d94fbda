import assert from "node:assert/strict";
import fc from "fast-check";
import type { RunningPod } from "../../support/pod.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { migrate } from "../../support/stack.ts";
import { startNewsWithFakeModel } from "./start-news.ts";

/** Bodies that are sent; 10,000 of them where a night is spent on it. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 500);

const markup = fc
  .array(
    fc.constantFrom(
      ...[
        "<",
        ">",
        "</",
        "/>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<style>",
        "<![CDATA[",
        "]]>",
        "<p>",
        "<a href='",
      ],
      ...[
        "&",
        "&lt;",
        "&#0;",
        "&#x110000;",
        "&#xd800;",
        "&nbsp",
        "\u0000",
        "\ud800",
        "\u202e",
        "\u0301",
        "\u{1f600}",
        "中",
        " ",
        "up",
      ],
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));
const text = fc.oneof(
  markup,
  fc.string({ unit: "binary", maxLength: 200 }),
  fc
    .tuple(markup, fc.integer({ min: 1, max: 2000 }))
    .map(([part, times]) => part.repeat(times).slice(0, 100_001)),
);
const analysis = fc.record(
  { text, html: text, symbol: fc.oneof(fc.constant("BHP"), text) },
  { requiredKeys: [] },
);
const valid = fc.oneof(
  fc.record({ text }),
  fc.record({ html: text }),
  fc.record({ html: text, symbol: fc.constantFrom("BHP", "CBA") }),
);
const bodies = fc.oneof(
  { weight: 4, arbitrary: valid.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: analysis.map((value) => JSON.stringify(value)) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(valid, analysis), { maxLength: 8 })
      .map((items) => JSON.stringify({ items })),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 30_000 }).map((depth) => `{"text":${"[".repeat(depth)}`),
  },
);

describe("news and any body", () => {
  let postgres: TestPostgres;
  let news: RunningPod;
  before(async () => {
    postgres = await startPostgres();
    await migrate(postgres);
    news = await startNewsWithFakeModel(postgres, { TEXTS_PER_SECOND: "1000000", TEXTS_BURST: "1000000" });
  });
  after(async () => {
    await news?.stop();
    await postgres?.stop();
  });

  it(`answer ${RUNS} without a failure of their own, and never with markup`, async () => {
    const statuses = new Map<number, number>();
    const path = fc.constantFrom("/api/analyze", "/api/analyze/batch");
    await fc.assert(
      fc.asyncProperty(path, bodies, async (path, body) => {
        const response = await fetch(news.url + path, {
          method: "POST",
          headers: { "content-type": "application/json", "x-user-id": "fuzz" },
          body: body as string | Uint8Array<ArrayBuffer>,
        });
        const said = await response.text();
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        assert.ok(response.status < 500, `${response.status} ${said.slice(0, 500)}`);
        if (response.status === 200) assert.doesNotMatch(said, /<[a-z/!?]/i);
      }),
      { numRuns: RUNS },
    );
    // Not only refusals.
    assert.ok((statuses.get(200) ?? 0) > RUNS / 20, JSON.stringify([...statuses]));
    assert.ok((statuses.get(422) ?? 0) > RUNS / 20, JSON.stringify([...statuses]));
  }).timeout(60_000 + RUNS * 100);
});
