import { availableParallelism, loadavg } from "node:os";
import type { CDPSession, Page } from "playwright-core";

/** On a machine that is busy with other work, times say nothing of the page: then its processor time is judged. */
export const isBusy = () => (loadavg()[0] ?? 0) > availableParallelism();

/** What Chromium's own tools say of a page: times in milliseconds, memory in bytes. */
export class Measure {
  readonly #page: Page;
  readonly #tools: CDPSession;

  private constructor(page: Page, tools: CDPSession) {
    this.#page = page;
    this.#tools = tools;
  }

  static async of(page: Page): Promise<Measure> {
    const tools = await page.context().newCDPSession(page);
    await tools.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.addInitScript(`{
      const look = () => {
        const buttons = [...document.querySelectorAll("button")];
        const isThere = buttons.some((button) => !button.disabled && /^Buy [A-Z]/.test(button.textContent));
        if (isThere) requestAnimationFrame(() => setTimeout(() => performance.mark("order ticket")));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }`);
    return new Measure(page, tools);
  }

  /** Processor time that the page's main thread has taken. */
  async processorTime(): Promise<number> {
    const { metrics } = await this.#tools.send("Performance.getMetrics");
    return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0);
  }

  async heap(): Promise<number> {
    await this.#tools.send("HeapProfiler.collectGarbage");
    return (await this.#tools.send("Runtime.getHeapUsage")).usedSize;
  }

  slowDown(rate: number): Promise<unknown> {
    return this.#tools.send("Emulation.setCPUThrottlingRate", { rate });
  }

  /**
   * Opens a page of a share with nothing in the browser's cache: how long it takes from being asked for until an order
   * can be written and the main thread is free to take it.
   */
  async firstView(url: string): Promise<number> {
    await this.#tools.send("Network.clearBrowserCache");
    await this.#page.goto(url);
    await this.#page.waitForFunction(() => performance.getEntriesByName("order ticket").length > 0);
    return Number(await this.#page.evaluate("performance.getEntriesByName('order ticket')[0].startTime"));
  }

  /** The processor time of a first view. */
  async firstViewWork(url: string): Promise<number> {
    const before = await this.processorTime();
    await this.firstView(url);
    const after = await this.processorTime();
    // Another page may have another process, which counts from nothing.
    return after < before ? after : after - before;
  }

  /** Pictures drawn, those that took more than 50 ms, the main thread's share of the time, and what the heap grew by. */
  async watch(ms: number): Promise<{ frames: number; long: number; work: number; grown: number }> {
    await this.#page.evaluate(`{
      window.frames_ = 0; window.long_ = 0;
      const count = () => { window.frames_ += 1; requestAnimationFrame(count); };
      requestAnimationFrame(count);
      new PerformanceObserver((list) => { window.long_ += list.getEntries().length; })
        .observe({ type: "long-animation-frame", buffered: false });
    }`);
    const heap = await this.heap();
    const [begun, before] = [performance.now(), await this.processorTime()];
    await this.#page.waitForTimeout(ms);
    const work = ((await this.processorTime()) - before) / (performance.now() - begun);
    const grown = (await this.heap()) - heap;
    const [frames, long] = (await this.#page.evaluate("[window.frames_, window.long_]")) as [number, number];
    return { frames, long, work, grown };
  }
}
