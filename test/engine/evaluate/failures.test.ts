import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { EvaluateOptions, EvaluationError } from "../../../engine/index.ts";
import { failureOf, isAlive, leavesNoChildren, run, testProvider } from "../support.ts";

/** Long enough for a program to come to its fault on a busy machine. */
const LIMIT_MS = 50_000;
/** What an evaluation may take beyond its limit: asking a stuck program where it is, and killing it. */
const OVERTIME_MS = 12_000;

const provider = () =>
  testProvider({
    create: ({ name }) => {
      if (name === "refused") return Promise.reject(new Error("quota exceeded"));
      if (name === "silent") return new Promise(() => undefined);
      return Promise.resolve({ id: `${name}-id` });
    },
    read: () => Promise.reject(new Error("no such thing")),
  });

interface Failure {
  error: EvaluationError;
  tookMs: number;
}

async function fail(fault: string, options: Partial<EvaluateOptions> = {}): Promise<Failure> {
  const started = performance.now();
  const config = { "failing:fault": fault };
  const error = await failureOf("failing", { config, provider: provider(), timeoutMs: LIMIT_MS, ...options });
  return { error, tookMs: performance.now() - started };
}

/** What the message says, and what the trace does, of a program with each fault. */
const faults: { fault: string; message: RegExp; details?: RegExp; env?: Record<string, string> }[] = [
  {
    fault: "throws",
    message: /failed: TypeError: thrown deep inside \(at index\.ts:10:9\)$/,
    details: /at .*deep/,
  },
  { fault: "throws text", message: /failed: just text$/ },
  { fault: "rejects", message: /failed: RangeError: rejected in the program \(at index\.ts:\d+:\d+\)$/ },
  { fault: "rejects unseen", message: /failed: RangeError: nobody handles this \(at index\.ts/ },
  {
    fault: "throws later",
    message: /failed: TypeError: thrown deep inside/,
    details: /at .*deep.*index\.ts:10/,
  },
  { fault: "throws and lives on", message: /failed: TypeError: thrown deep inside/ },
  { fault: "rejects in apply", message: /failed: TypeError: thrown deep inside/, details: /index\.ts:10/ },
  { fault: "run error", message: /failed: only the message counts$/ },
  { fault: "resource error", message: /failed: ResourceError: this resource is wrong/, details: /index\.ts/ },
  {
    fault: "exits",
    message: /ended before it was done: it calls process\.exit \(at index\.ts/,
    details: /exits/,
  },
  { fault: "exits later", message: /ended before it was done: it calls process\.exit/, details: /index\.ts/ },
  { fault: "exits with 7", message: /ended with exit code 7/, details: /process\.exit\(7\)[\s\S]*index\.ts/ },
  {
    fault: "never settles",
    message: /ended before it was done: it waits for a promise that nothing settles/,
  },
  { fault: "resource never settles", message: /"a" \[test:index:Thing\] was waiting for .*"input"/ },
  {
    fault: "duplicate",
    message:
      /Duplicate resource URN 'urn:pulumi:dev::failing::test:index:Thing::twin'; try giving it a unique name/,
    details: /at new Thing .*index\.ts/,
  },
  { fault: "duplicate caught", message: /Duplicate resource URN/ },
  {
    fault: "provider throws",
    message: /refused \[test:index:Thing\] can't be registered: quota exceeded \(at /,
  },
  { fault: "read throws", message: /gone \[test:index:Thing\] can't be read: no such thing/ },
  {
    fault: "read of nothing",
    message:
      /nameless \[test:index:Thing\] can't be read: Expected an ID for urn:pulumi:dev::failing::test:index:Thing::nameless/,
  },
  { fault: "unknown function", message: /failed: Error: no function test:index:missing/ },
  { fault: "unknown method", message: /failed: Error: no method test:index:missing/ },
  {
    fault: "unknown stack",
    message: /The stack 'organization\/other\/prod' is not known here: give its outputs/,
  },
  { fault: "transform throws", message: /can't be registered: transform failed: Error: transform is broken/ },
  { fault: "hook throws", message: /can't be registered: The resource hook '.*' failed: hook is broken/ },
  { fault: "kills itself", message: /was killed by SIGKILL$/ },
  {
    fault: "runs out of memory",
    message: /ran out of memory: give it more by NODE_OPTIONS=--max-old-space-size/,
    details: /heap out of memory/,
    env: { NODE_OPTIONS: "--max-old-space-size=80" },
  },
  { fault: "missing config", message: /Missing required configuration variable 'failing:absent'/ },
  { fault: "missing module", message: /Cannot find package 'no-such-module'/ },
];

/** Runs `work` on each item, two at a time. */
function twoAtATime<Item, Result>(items: Item[], work: (item: Item) => Promise<Result>): Promise<Result>[] {
  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
  return items.map((item, index) => {
    const result = (lanes[index % 2] ?? Promise.resolve()).then(() => work(item));
    lanes[index % 2] = result.catch(() => undefined);
    return result;
  });
}

describe("a program that fails", function () {
  // Each runs twice, and waits for those before it.
  this.timeout(120_000);
  let failures: Promise<Failure>[] = [];
  before(() => {
    failures = twoAtATime(faults, ({ fault, env }) => fail(fault, { env }));
    for (const failure of failures) failure.catch(() => undefined);
  });
  leavesNoChildren();

  for (const [index, { fault, message, details }] of faults.entries()) {
    it(`ends in one clear error when it ${fault}`, async () => {
      const { error, tookMs } = (await failures[index]) as Failure;
      assert.match(error.message, message);
      assert.ok(error.message.startsWith("The program /"), error.message);
      if (details) assert.match(error.details, details);
      assert.ok(tookMs < LIMIT_MS, `took ${tookMs} ms`);
    });
  }

  it("names the limit and what it did when it hangs", async () => {
    const timeoutMs = 10_000;
    const [alive, spins, silent] = await Promise.all(
      ["keeps alive", "spins", "provider is silent"].map((fault) => fail(fault, { timeoutMs })),
    );
    for (const failure of [alive, spins, silent]) {
      assert.match(failure?.error.message ?? "", /did not end within 10 s/);
      assert.ok((failure?.tookMs ?? 0) < timeoutMs + OVERTIME_MS, `took ${failure?.tookMs} ms`);
    }
    assert.match(alive?.error.details ?? "", /what keeps it alive: .*Timeout/);
    assert.match(spins?.error.details ?? "", /It was running:[\s\S]*at spin .*index\.ts:13/);
    assert.match(silent?.error.message ?? "", /the provider has not answered the registration of .*::silent/);
  });

  it("leaves no process behind that it started", async () => {
    let spawned = 0;
    const abort = new AbortController();
    const onLog = (_severity: string, message: string) => {
      const pid = /^spawned (\d+)$/.exec(message)?.[1];
      if (!pid) return;
      spawned = Number(pid);
      assert.ok(isAlive(spawned));
      abort.abort(new Error("enough"));
    };
    const { error } = await fail("spawns and hangs", { signal: abort.signal, onLog });
    assert.match(error.message, /was stopped: enough$/);
    assert.ok(spawned > 0 && !isAlive(spawned));
  });

  it("does not outlive an engine that was killed", async () => {
    const script = fileURLToPath(new URL("../run-alone.ts", import.meta.url));
    const engine = spawn(process.execPath, [script, "says who it is"]);
    let pid = 0;
    for await (const line of createInterface({ input: engine.stdout })) {
      pid = Number(/^pid (\d+)$/.exec(line)?.[1]);
      if (pid) break;
    }
    assert.ok(isAlive(pid));
    engine.kill("SIGKILL");
    const deadline = Date.now() + 10_000;
    while (isAlive(pid) && Date.now() < deadline) await delay(50);
    assert.ok(!isAlive(pid));
  });

  it("is not started when it is stopped before", async () => {
    const { error, tookMs } = await fail("keeps alive", {
      signal: AbortSignal.abort(new Error("never mind")),
    });
    assert.match(error.message, /was stopped: never mind/);
    assert.ok(tookMs < 5_000);
  });

  it("says where its syntax is wrong", async () => {
    const error = await failureOf("syntax-error");
    assert.match(error.message, /failed: SyntaxError: Expression expected \(at index\.ts:3\)$/);
  });

  it("says what is missing when there is nothing to run", async () => {
    assert.match(
      (await failureOf("empty")).message,
      /no program in .*expected 'absent\.js' \(main in package\.json\)/,
    );
    const main = "nowhere.ts";
    assert.match(
      (await failureOf("options", { main })).message,
      /no program at .*nowhere\.ts: check .*'main'/,
    );
    assert.match(
      (await failureOf("options", { main: "../values" })).message,
      /lies outside of the project folder/,
    );
    const directory = "/no/such/folder";
    assert.match((await failureOf("options", { directory })).message, /no program at \/no\/such\/folder/);
  });

  it("is explained by its first run where the second, with traces, does not fail", async () => {
    let refused = 0;
    const create = async ({ name }: { name: string }) => {
      if (name === "refused" && ++refused === 1) throw new Error("quota exceeded");
      return { id: `${name}-id` };
    };
    const { error } = await fail("provider throws", { provider: testProvider({ create }) });
    assert.match(error.message, /refused \[test:index:Thing\] can't be registered: quota exceeded$/);
    assert.equal(refused, 2);
  });

  it("does not fail by an error that it merely logs", async () => {
    const logged: string[] = [];
    const graph = await run("failing", {
      config: { "failing:fault": "logs an error" },
      onLog: (severity, message) => severity === "error" && logged.push(message),
    });
    assert.equal(graph.resources.length, 1);
    assert.deepEqual(logged, ["the program itself complains"]);
  });

  it("fails by the error that it throws, not by one that it logged before and handled", async () => {
    const { error } = await fail("logs an error and throws");
    assert.match(error.message, /failed: TypeError: thrown deep inside/);
  });

  it("goes on where it handles a function's failure itself", async () => {
    const graph = await run("failing", {
      config: { "failing:fault": "caught function" },
      provider: provider(),
    });
    assert.deepEqual(graph.outputs, { result: "caught" });
  });
});
