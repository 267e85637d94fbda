import assert from "node:assert/strict";
import { DrillReport, htmlReport, terminalReport } from "../../../ops/drill/index.ts";
import { latencySvg } from "../../../ops/drill/report/svg.ts";

const ZONES = ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"];

const report: DrillReport = {
  schema: "trizone.drill/1",
  ...{
    scenario: "gray-errors",
    description: "every service fails",
    expected: "shift",
    zone: "ap-southeast-2b",
  },
  ...{
    startedAt: "2026-11-29T00:00:00.000Z",
    seconds: 90,
    rate: 100,
    seed: 7,
    passed: false,
    stopped: false,
  },
  bars: [
    { name: "orders lost", limit: "0", seen: "0", kept: true },
    { name: "time to detect", limit: "<= 10 s", seen: "never", kept: false },
  ],
  measures: {
    ...{ detectSeconds: null, shiftSeconds: null, drainSeconds: null, recoverSeconds: null },
    ...{ unshiftSeconds: null, evenSeconds: 3, longestStallSeconds: 0.2, falseShifts: 0, missedShifts: 1 },
    ...{ requests: 300, failed: 5, usualP99Ms: 30, worstP99Ms: 90 },
  },
  orders: {
    acknowledged: 60,
    filled: 60,
    repeated: 1,
    lost: [],
    doubled: [],
    unfinished: [],
    unbalanced: [],
  },
  sockets: { streams: 18, moved: 2, missed: 0, open: 18, longestGapSeconds: 1 },
  events: [{ second: 1.5, kind: "refused", zone: "ap-southeast-2b", text: "<script>alert(1)</script>" }],
  series: {
    ...{ faultSecond: 10, healSecond: 20, requests: Array(30).fill(10), failed: Array(30).fill(0) },
    p99Ms: Object.fromEntries(
      ["all", ...ZONES].map((zone) => [
        zone,
        Array.from({ length: 30 }, (_, s) => (s === 15 ? null : 20 + s)),
      ]),
    ),
  },
  generator: [],
};

describe("a drill's report", () => {
  it("is what its schema says", () => {
    assert.deepEqual(DrillReport.parse(report), report);
  });

  it("is one HTML file in which what a service said is text, not markup", () => {
    const html = htmlReport(report);
    assert.ok(!html.includes("<script"));
    assert.match(html, /&lt;script&gt;/);
    assert.match(html, /gray-errors: ✖ failed/);
    assert.doesNotMatch(html, /(?:src|href)=/, "nothing beside it is loaded");
  });

  it("draws a line a zone, broken where the zone had no request", () => {
    const paths = [...latencySvg(report).matchAll(/<path d="([^"]+)"/g)].map(([, d = ""]) => d);
    assert.equal(paths.length, 3);
    for (const path of paths) assert.equal([...path.matchAll(/M/g)].length, 2);
    assert.doesNotMatch(latencySvg(report), /NaN|undefined/);
  });

  it("is readable in a terminal, as wide as 80 columns allow for the plot", () => {
    const lines = terminalReport(report).split("\n");
    assert.match(lines[0] ?? "", /✖ gray-errors in ap-southeast-2b/);
    const plots = lines.filter((line) => /[▁▂▃▄▅▆▇█]{3}/.test(line));
    assert.equal(plots.length, 3);
    for (const plot of plots) assert.ok(plot.length <= 80);
  });

  it("is drawn also where a drill ended before its first second was over", () => {
    const none = {
      ...report,
      series: { faultSecond: 0, healSecond: 0, requests: [], failed: [], p99Ms: { all: [] } },
    };
    assert.doesNotMatch(htmlReport(none), /NaN|Infinity/);
    assert.doesNotMatch(terminalReport(none), /NaN|Infinity/);
  });
});
