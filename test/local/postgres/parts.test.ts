import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { AckWatch } from "../../../local/postgres/health.ts";
import { ReplicationLink } from "../../../local/postgres/link.ts";
import { killServer, serverName, serverProcesses } from "../../../local/postgres/processes.ts";
import { RecordStore } from "../../../local/postgres/record.ts";
import { configuration, usableParameters } from "../../../local/postgres/settings.ts";
import { explainFailure } from "../../../local/postgres/startup-failure.ts";
import { within } from "../../../local/postgres/within.ts";
import { until } from "./fixture.ts";

describe("the replication link", () => {
  it("passes bytes as they are, nothing while severed, and everything after a hold", async () => {
    const received: Buffer[] = [];
    const peers = new Set<Socket>();
    const primary = createServer((socket) => {
      peers.add(
        socket.on("data", (chunk: Buffer) => received.push(chunk)).on("error", () => socket.destroy()),
      );
    }).listen(0, "127.0.0.1");
    await once(primary, "listening");
    const link = await ReplicationLink.open();
    link.lead((primary.address() as AddressInfo).port);
    const standby = connect(link.port, "127.0.0.1");
    standby.on("error", () => standby.destroy());
    const text = () => Buffer.concat(received).toString();
    standby.write("one ");
    await until("the first bytes", 2000, () => text() === "one ");
    link.hold();
    standby.write("two ");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(text(), "one ");
    link.release();
    await until("the held bytes", 2000, () => text() === "one two ");
    link.sever(true);
    standby.write("three");
    const stranded = connect(link.port, "127.0.0.1");
    await once(stranded, "connect");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(text(), "one two ");
    assert.equal(peers.size, 1);
    const closed = Promise.all([once(standby, "close"), once(stranded, "close")]);
    link.sever(false);
    await closed;
    assert.equal(text(), "one two ");
    await link.close();
    primary.close();
  });
});

describe("the watch over acknowledgements", () => {
  const health = (flushed: number, acknowledged: number | undefined, silence = 0) => ({
    recovering: false,
    streaming: true,
    flushed,
    acknowledged,
    silence,
  });

  it("never loses patience with a standby that is less than three queries behind", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { maxLength: 40 }),
        fc.integer({ min: 0, max: 2 }),
        (growth, behind) => {
          const watch = new AckWatch();
          const flushed = growth.map((_, at) => growth.slice(0, at + 1).reduce((sum, next) => sum + next, 0));
          return flushed.every((end, at) => !watch.stalled(health(end, flushed[at - behind] ?? 0), at * 500));
        },
      ),
    );
  });

  it("gives a standby up in two seconds when it confirms nothing, is not there or says nothing", () => {
    for (const lost of [health(9, 8), health(9, undefined), health(9, 9, 4)]) {
      const watch = new AckWatch();
      const verdicts = [0, 500, 1000, 1500].map((now) => watch.stalled(lost, now));
      assert.deepEqual(verdicts, [false, false, false, true]);
    }
  });

  it("counts queries, not how often it is asked", () => {
    const watch = new AckWatch();
    for (let now = 0; now < 1000; now += 10) assert.equal(watch.stalled(health(now, -1), now), false);
  });
});

describe("PostgreSQL's settings", () => {
  const base = { port: 1, serverName: "s", waitFor: "", source: "", parameters: {} };

  it("keep any value in its own line and its own quotes", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "'", "\\", "\n", "\r", "=", " ") }), (value) => {
        const lines = configuration({ ...base, parameters: { search_path: value } }).split(/[\r\n]/);
        const [, quoted = ""] =
          /^search_path = '(.*)'$/.exec(lines.find((line) => line.startsWith("search")) ?? "") ?? [];
        const unescaped: Record<string, string> = { "\\n": "\n", "\\r": "\r", "''": "'" };
        const read = quoted.replace(/''|\\(.)/g, (found, letter) => unescaped[found] ?? letter);
        return read === value && !/(^|[^'])'([^']|$)/.test(quoted.replaceAll("''", ""));
      }),
    );
  });

  it("leave out what only RDS understands, and refuse what the cluster relies on", () => {
    const group = { "rds.force_ssl": "1", shared_buffers: "{DBInstanceClassMemory/32768}", work_mem: "1MB" };
    assert.deepEqual(usableParameters(group), { work_mem: "1MB" });
    assert.throws(() => usableParameters({ port: "1", wal_level: "minimal" }), /sets port, wal_level/);
  });

  it("keep the declared parameters below the cluster's own", () => {
    assert.match(configuration({ ...base, parameters: { max_connections: "7" } }), /max_connections = '7'/);
    assert.match(configuration({ ...base, waitFor: "x" }), /synchronous_standby_names = 'FIRST 1 \("x"\)'/);
  });
});

describe("the cluster's record", () => {
  it("keeps updates that are made at once in order, and leaves no temporary file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "trizone-record-"));
    const record = { format: 1 as const, major: "16", epoch: 0, primary: "a", standby: null };
    const store = await RecordStore.create(folder, { ...record, adminPassword: "x".repeat(16) });
    await Promise.all(Array.from({ length: 20 }, (_, epoch) => store.update({ epoch })));
    assert.equal(JSON.parse(await readFile(join(folder, "cluster.json"), "utf8")).epoch, 19);
    assert.equal((await RecordStore.load(folder))?.current.epoch, 19);
    assert.deepEqual(await readdir(folder), ["cluster.json"]);
    await rm(folder, { recursive: true });
    await assert.rejects(store.update({ epoch: 99 }));
    assert.equal(store.current.epoch, 19);
  });
});

describe("the processes of a data folder", () => {
  it("are not those that merely mention it", async () => {
    const folder = "/nowhere/zone-a";
    const wait = "setInterval(() => {}, 1000)";
    const decoy = spawn(process.execPath, ["-e", wait, "--", "postgres", "-D", folder], { stdio: "ignore" });
    await once(decoy, "spawn");
    await until("its command line shows", 2000, async () => {
      if (process.platform !== "linux") return true;
      return (await readFile(`/proc/${decoy.pid}/cmdline`, "utf8")).includes(folder);
    });
    assert.deepEqual(serverProcesses(folder), []);
    await killServer(folder);
    assert.equal(decoy.exitCode, null);
    decoy.kill();
    await once(decoy, "exit");
  });

  it("have a name that PostgreSQL does not cut off", () => {
    fc.assert(fc.property(fc.string(), (folder) => /^trizone-[0-9a-f]{12}$/.test(serverName(folder))));
  });
});

describe("a server that does not start", () => {
  const place = { zone: "a", folder: "/d", port: 5, logFile: "/l", seconds: 60 };
  const cases: [string, RegExp, string][] = [
    [
      'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use',
      /port 5 .* in use/,
      "DatabaseError",
    ],
    [
      'FATAL:  could not write lock file "postmaster.pid": No space left on device',
      /disk .* full/,
      "DatabaseError",
    ],
    ['FATAL:  could not open file "x": Permission denied', /can't be written/, "DatabaseError"],
    ["PANIC:  could not locate a valid checkpoint record", /is damaged/, "DamagedDataError"],
    ["", /ended, or was not ready in 60 s.*log: \/l/, "DatabaseError"],
  ];
  for (const [line, message, name] of cases) {
    it(`is explained: ${line || "silence"}`, () => {
      const error = explainFailure(`2026-01-01 00:00:00 UTC [1] ${line}\n`, place);
      assert.match(error.message, message);
      assert.equal(error.name, name);
    });
  }
});

describe("a wait", () => {
  it("does not run out while this process itself stands still", async () => {
    const soon = new Promise((resolve) => setTimeout(resolve, 700));
    const blocked = performance.now() + 600;
    const waiting = within(
      300,
      "it",
      soon.then(() => "answered"),
    );
    while (performance.now() < blocked) Math.random();
    assert.equal(await waiting, "answered");
    await assert.rejects(within(200, "it", new Promise(() => {})), /it: no answer in 200 ms/);
  });
});
