import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LoadDocument } from "../../../ops/load/report/index.ts";
import { parseThreshold } from "../../../ops/load/thresholds.ts";

describe("trizone load-test", function () {
  this.timeout(60_000);
  let server: Server;
  let target: string;
  let folder: string;
  const seen: IncomingMessage[] = [];

  before(async () => {
    server = createServer((request, response) => {
      seen.push(request);
      const isFailing = request.headers.host === "bar.localhost";
      response.writeHead(isFailing ? 503 : 200).end(`hello from ${request.url}`);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    folder = await mkdtemp(join(tmpdir(), "trizone-load-test-"));
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  beforeEach(() => {
    seen.length = 0;
  });

  const file = (name: string) => join(folder, name);
  const read = async (name: string) => LoadDocument.parse(JSON.parse(await readFile(file(name), "utf8")));

  it("sends to random hosts, and reports each as JSON, Markdown and HTML without the headers' secrets", async () => {
    const { code, out } = await loadTest(
      ...["--target", target, "--host", "foo.localhost", "--host", "bar.localhost", "--requests", "60"],
      ...[
        "--rate",
        "200",
        "--seed",
        "11",
        "--fail-if",
        "foo.localhost:errors>0",
        "--header",
        "authorization: Bearer s3cr3t",
      ],
      ...["--json", file("one.json"), "--markdown", file("one.md"), "--html", file("one.html")],
    );
    assert.equal(code, 0, out);
    const { result, crossed } = await read("one.json");
    const { "foo.localhost": foo, "bar.localhost": bar } = result.keys;
    assert.equal(seen.length, 60);
    assert.equal(seen[0]?.headers.authorization, "Bearer s3cr3t");
    assert.deepEqual([foo?.ok, foo?.failures], [foo?.requests, {}]);
    assert.deepEqual(
      [bar?.ok, bar?.failures, bar?.statuses],
      [0, { "503": bar?.requests }, { 503: bar?.requests }],
    );
    assert.deepEqual([result.seed, result.total.requests, crossed], [11, 60, []]);
    const [markdown, html] = await Promise.all(
      ["one.md", "one.html"].map((name) => readFile(file(name), "utf8")),
    );
    assert.match(markdown ?? "", /\| foo\.localhost \| \d+ \| 100 % \|/);
    assert.equal(html?.match(/<svg/g)?.length, 3);
    assert.ok(!`${markdown}${html}${await readFile(file("one.json"), "utf8")}${out}`.includes("s3cr3t"));
  });

  it("sends the requests of a mix file, and judges their answers", async () => {
    await writeFile(
      file("mix.yaml"),
      "- {name: good, weight: 3, path: /good, expect: {body: hello}}\n" +
        "- {name: bad, method: post, path: /bad, body: {a: 1}, expect: {body: goodbye}}\n",
    );
    const { code, out } = await loadTest(
      ...[
        "--target",
        target,
        "--mix",
        file("mix.yaml"),
        "--requests",
        "80",
        "--connections",
        "4",
        "--seed",
        "2",
      ],
      ...["--json", file("mix.json")],
    );
    assert.equal(code, 0, out);
    const { keys } = (await read("mix.json")).result;
    assert.deepEqual(keys.bad?.failures, { body: keys.bad?.requests });
    assert.equal(keys.good?.ok, keys.good?.requests);
    assert.ok((keys.good?.requests ?? 0) > (keys.bad?.requests ?? 0));
    const bad = seen.find(({ url }) => url === "/bad");
    assert.deepEqual([bad?.method, bad?.headers["content-type"]], ["POST", "application/json"]);
  });

  it("ends with 2 where a threshold is crossed, or nothing succeeded", async () => {
    const crossed = await loadTest("--target", target, "--requests", "5", "--fail-if", "p50<10s");
    assert.equal(crossed.code, 2, crossed.out);
    assert.match(crossed.out, /crossed: p50<10s/);
    const failed = await loadTest("--target", target, "--host", "bar.localhost", "--requests", "5");
    assert.equal(failed.code, 2, failed.out);
    assert.match(failed.out, /Failed: none of 5 requests succeeded/);
  });

  it("ends with 1 and says what to write where an option is wrong", async () => {
    for (const [args, message] of [
      [[], /say where to send: --target/],
      [["--target", "localhost"], /"localhost" is no URL/],
      [["--target", target, "--fail-if", "p98>1"], /there is no metric p98/],
      [["--target", target, "--mix", file("none.yaml")], /mix file can't be read/],
      [["--target", target, "--rate", "0"], /must be 0\.01 to/],
    ] as const) {
      const { code, out } = await loadTest(...args);
      assert.deepEqual([code, message.test(out)], [1, true], out);
    }
  });

  it("reports what it measured when it is interrupted, and ends with 130", async () => {
    const child = start("--target", target, "--rate", "50", "--duration", "1h", "--json", file("cut.json"));
    await once(child.stderr, "data");
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    assert.equal(code, 130);
    const { result } = await read("cut.json");
    assert.equal(result.stopped, true);
    assert.ok(result.total.ok > 0);
  });

  it("adds up results", async () => {
    await loadTest("--target", target, "--requests", "7", "--json", file("part.json"));
    const both = ["--merge", file("part.json"), "--merge", file("part.json"), "--json", file("both.json")];
    const { code, out } = await loadTest(...both);
    assert.equal(code, 0, out);
    assert.equal((await read("both.json")).result.total.requests, 14);
  });
});

describe("thresholds", () => {
  it("have units", () => {
    assert.equal(parseThreshold("p99>0.5s").value, 500);
    assert.equal(parseThreshold("p99.9 >= 500us").value, 0.5);
    assert.equal(parseThreshold("errors>1%").value, 0.01);
    assert.deepEqual(parseThreshold("GET /a:b:429>0"), {
      ...{ text: "GET /a:b:429>0", key: "GET /a:b", metric: "429", operator: ">", value: 0 },
    });
  });

  for (const text of ["p99", "p99>1%", "rate>5ms", "speed>1", "errors>1ms", ""]) {
    it(`refuse "${text}"`, () => assert.throws(() => parseThreshold(text), /is no threshold/));
  }
});

function start(...args: string[]) {
  return spawn(process.execPath, ["bin/trizone.cjs", "load-test", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function loadTest(...args: string[]): Promise<{ code: number; out: string }> {
  const child = start(...args);
  let out = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (out += chunk));
  const [code] = await once(child, "close");
  return { code, out };
}
