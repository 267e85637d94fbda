import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { readableText, type Source } from "../../../../services/news/text/readable-text.ts";
import { TextReader } from "../../../../services/news/text/text-reader.ts";

describe("the reader of texts", () => {
  let reader: TextReader;
  before(() => {
    reader = new TextReader();
  });
  after(() => reader.close());

  const long: Source[] = Array.from({ length: 9 }, (_, i) => ({
    source: `<div a=${i}><p>&amp;loss`.repeat(5000),
    markup: "html",
  }));

  it("reads short and long ones the same, in their order", async () => {
    const short: Source[] = [
      { source: "if x<y then z>w", markup: "plain" },
      { source: "Profit <b>up</b>", markup: "html" },
    ];
    for (const sources of [short, long, [...short, ...long], []])
      assert.deepEqual(
        await reader.read(sources),
        sources.map(({ source, markup }) => readableText(source, markup)),
      );
  });

  it("leaves the event loop to others meanwhile", async () => {
    await reader.read(long);
    const started = performance.now();
    for (const { source, markup } of long) readableText(source, markup);
    const blocked = performance.now() - started;
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await reader.read(long);
    delay.disable();
    assert.ok(delay.max / 1e6 < blocked / 2, `${delay.max / 1e6} ms, where reading takes ${blocked} ms`);
  });
});
