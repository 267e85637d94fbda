import assert from "node:assert/strict";
import { availableParallelism, loadavg } from "node:os";
import type { CDPSession, Page } from "playwright-core";
import { needsChromium, type Stage, signIn, startStage } from "./support/browser.ts";

const INTERACTIVE_MS = 1500;
const SLOW_DOWN = 4;
/** As long as a person waits for a test; `PAGE_MINUTES=10` looks for what grows slowly. */
const MINUTES = Number(process.env.PAGE_MINUTES ?? "1");
const LONG_FRAMES = 0.02;
/** Caches fill for a while; what leaks, grows on. */
const GROWTH_BYTES = 4_000_000;

/** On a machine that is busy with other work, times say nothing of the page: then its processor time is judged. */
const isBusy = () => (loadavg()[0] ?? 0) > availableParallelism();
/** Of the main thread's time, while quotes come: frames can't be long for the page's own work below this. */
const BUSY_SHARE = 0.35;

describe("how fast the page is", () => {
  let stage: Stage;
  let page: Page;
  let tools: CDPSession;
  before(async function () {
    this.timeout(150_000);
    stage = await startStage(needsChromium(this));
    page = await stage.open("/", { reducedMotion: "no-preference" });
    await signIn(page);
    tools = await page.context().newCDPSession(page);
    await tools.send("Performance.enable", { timeDomain: "threadTicks" });
  });
  after(() => stage?.stop());

  /** Seconds of processor time that the page's main thread has taken. */
  const processorTime = async () => {
    const { metrics } = await tools.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
  };

  const interactive = async () => {
    await page.goto(`${stage.web.url}/trade/BHP`);
    await page.getByRole("button", { name: "Buy BHP" }).waitFor();
    return Number(await page.evaluate("performance.getEntriesByName('interactive')[0].startTime"));
  };

  it(`can be used within ${INTERACTIVE_MS} ms of being asked for, on a processor ${SLOW_DOWN} times as slow`, async () => {
    await tools.send("Emulation.setCPUThrottlingRate", { rate: SLOW_DOWN });
    const times: number[] = [];
    for (let i = 0; i < 5; i += 1) times.push(await interactive());
    await tools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    const before = await processorTime();
    await interactive();
    const after = await processorTime();
    // Another page may have another process, which counts from nothing.
    const work = (after < before ? after : after - before) * 1000;
    console.log(`      interactive after ${times.map((time) => Math.round(time)).join(", ")} ms;`);
    console.log(
      `      ${Math.round(work)} ms of processor time, which are ${Math.round(work * SLOW_DOWN)} ms there`,
    );
    if (isBusy())
      console.log(`      this machine is busy (load ${loadavg()[0]}): the processor time is judged`);
    assert.ok((isBusy() ? work * SLOW_DOWN : Math.min(...times)) < INTERACTIVE_MS);
  }).timeout(120_000);

  it(`shows 34 shares at 10 updates a second without long frames or growing, for ${MINUTES} min`, async () => {
    await page.getByRole("contentinfo").getByText("live").waitFor();
    await page.evaluate(`{
      window.frames_ = 0; window.long_ = 0;
      const count = () => { window.frames_ += 1; requestAnimationFrame(count); };
      requestAnimationFrame(count);
      new PerformanceObserver((list) => { window.long_ += list.getEntries().length; })
        .observe({ type: "long-animation-frame", buffered: false });
    }`);
    const heap = async () => {
      await tools.send("HeapProfiler.collectGarbage");
      return (await tools.send("Runtime.getHeapUsage")).usedSize;
    };
    await page.waitForTimeout(15_000);
    const before = await heap();
    const [begun, workBefore] = [performance.now(), await processorTime()];
    await page.waitForTimeout(MINUTES * 60_000);
    const work = ((await processorTime()) - workBefore) / ((performance.now() - begun) / 1000);
    const grown = (await heap()) - before;
    const [frames, long] = (await page.evaluate("[window.frames_, window.long_]")) as [number, number];
    const share = long / frames;
    console.log(
      `      ${long} of ${frames} frames took more than 50 ms (${(share * 100).toFixed(2)} %); the heap grew by ${grown} bytes`,
    );
    console.log(`      the main thread worked ${(work * 100).toFixed(1)} % of the time`);
    if (isBusy()) console.log(`      this machine is busy (load ${loadavg()[0]}): the work is judged`);
    assert.ok(isBusy() ? work < BUSY_SHARE : share <= LONG_FRAMES);
    assert.ok(grown < GROWTH_BYTES);
  }).timeout((MINUTES + 1.5) * 60_000);
});
