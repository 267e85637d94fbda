import assert from "node:assert/strict";
import fc from "fast-check";
import { ruleGroups } from "../../../components/observability/observability.ts";
import { reveal } from "../../../engine/index.ts";
import { graphOf, ofType } from "../../program/graphs.ts";
import { checkRules, type RuleTest, type Series, testRules, withPromtool } from "./promtool.ts";

const SERVICES = ["web", "gateway", "trading"];
const RULES = ruleGroups({ namespace: "trizone", services: SERVICES, availability: 0.999, p99: 0.25 });
const ALERTS = [
  "ZoneFailsMore",
  "ZoneSlower",
  "ServiceSlow",
  "ServiceMissesZone",
  "ServiceDown",
  "ServiceSaturated",
];
const ZONES = ["a", "b", "c"];

withPromtool("rules", () => {
  for (const stack of ["dev", "prod"]) {
    it(`of stack ${stack} are what Prometheus takes`, async () => {
      const [rules] = ofType(await graphOf(stack), "kubernetes:monitoring.coreos.com/v1:PrometheusRule");
      const { spec } = reveal<{ spec: { groups: object[] } }>(rules?.inputs);
      assert.match(await checkRules(spec.groups), /SUCCESS: \d\d rules found/);
    });
  }

  it("stay silent while all is well, and while there is no traffic at all", async () => {
    const watched = [...ALERTS, "ErrorBudgetBurn"];
    const quiet = ZONES.map((zone) => requests(zone, 0, 0));
    await testRules(RULES, [
      { series: [...healthy(), ...up()], fires: [{ at: "5m", alerts: [], watched }] },
      { series: [...quiet.flat(), ...up()], fires: [{ at: "5m", alerts: [], watched }] },
    ]);
  });

  it("tell of the zone that fails, within half a minute, and of no other", async () => {
    const series = [
      ...requests("a", 90, 10),
      ...["b", "c"].flatMap((zone) => requests(zone, 100, 0)),
      ...latencies(),
      ...up(),
    ];
    await testRules(RULES, [
      {
        series,
        fires: [{ at: "45s", alerts: ["ZoneFailsMore"], watched: ALERTS }],
        holds: [
          { expr: 'count(ALERTS{alertname="ZoneFailsMore",alertstate="firing",zone="a"})', at: "45s" },
          { expr: 'count(ALERTS{alertname="ZoneFailsMore",alertstate="firing"})', at: "45s" },
        ],
      },
    ]);
  });

  it("don't blame a zone for what all of them have", async () => {
    const series = [...ZONES.flatMap((zone) => requests(zone, 80, 20)), ...latencies(), ...up()];
    await testRules(RULES, [
      { series, fires: [{ at: "5m", alerts: ["ErrorBudgetBurn"], watched: [...ALERTS, "ErrorBudgetBurn"] }] },
    ]);
  });

  it("don't take a few requests for evidence", async () => {
    // One failed request in a minute, of a handful.
    const series = [
      { ...counter("a", 503), values: "0x12 1x60" },
      ...ZONES.map((zone) => ({ ...counter(zone, 200), values: "0+1x72" })),
      ...up(),
    ];
    await testRules(RULES, [{ series, fires: [{ at: "80s", alerts: [], watched: ["ZoneFailsMore"] }] }]);
  });

  it("tell of the zone that is slow", async () => {
    const series = [...healthy(["b", "c"]), ...requests("a", 100, 0), ...latencies(["a"], 0.2), ...up()];
    await testRules(RULES, [
      {
        series,
        fires: [{ at: "90s", alerts: ["ZoneSlower"], watched: ALERTS }],
        holds: [{ expr: 'count(ALERTS{alertname="ZoneSlower",alertstate="firing",zone="a"})', at: "90s" }],
      },
    ]);
  });

  it("tell of a zone, or a service, that is gone", async () => {
    const gone = (zones: string[]) =>
      SERVICES.flatMap((service) =>
        ZONES.map((zone) => ({
          series: `up{namespace="trizone",endpoint="admin",service="${service}",zone="${zone}",pod="${service}-${zone}"}`,
          values: service === "gateway" && zones.includes(zone) ? "0x60" : "1x60",
        })),
      );
    await testRules(RULES, [
      { series: gone(["b"]), fires: [{ at: "1m", alerts: ["ServiceMissesZone"], watched: ALERTS }] },
      { series: gone(ZONES), fires: [{ at: "1m", alerts: ["ServiceDown"], watched: ALERTS }] },
      { series: [], fires: [{ at: "1m", alerts: ["ServiceDown"], watched: ALERTS }] },
    ]);
  });

  it("compute the two-proportion test's score of each zone against the others", async () => {
    const counts = fc.record({
      good: fc.integer({ min: 1, max: 500 }),
      bad: fc.integer({ min: 0, max: 100 }),
    });
    const cases = fc.array(fc.tuple(counts, counts, counts), { minLength: 10, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(cases, async (zones) => {
        await testRules(RULES, zones.map(scored));
      }),
      { numRuns: 3 },
    );
  });
});

/** What 5 s add. */
interface Counts {
  good: number;
  bad: number;
}

function scored(counts: Counts[]): RuleTest {
  const series = counts.flatMap(({ good, bad }, index) => requests(ZONES[index] ?? "", good, bad));
  const sum = (of: Counts[], key: "good" | "bad") => of.reduce((total, each) => total + each[key] * 12, 0);
  const bad = sum(counts, "bad");
  const all = bad + sum(counts, "good");
  const holds = counts.flatMap((own, index) => {
    const rest = counts.filter((_, other) => other !== index);
    const [n1, n2] = [[own], rest].map((each) => sum(each, "good") + sum(each, "bad")) as [number, number];
    const difference = sum([own], "bad") / n1 - sum(rest, "bad") / n2;
    const z = difference / Math.sqrt((bad / all) * (1 - bad / all) * (1 / n1 + 1 / n2));
    const around = (metric: string, value: number) => ({
      expr: `abs(service_zone:http_errors:${metric}{zone="${ZONES[index]}"} - (${value})) < bool 1e-6`,
      at: "3m",
    });
    return [around("difference1m", difference), ...(bad > 0 ? [around("z1m", z)] : [])];
  });
  return { series, holds };
}

function counter(zone: string, status: number): Series {
  const labels = `namespace="trizone",service="gateway",zone="${zone}",pod="gateway-${zone}",status="${status}"`;
  return { series: `http_requests_total{${labels}}`, values: "0x60" };
}

/** Requests that are answered well and badly in each 5 s. */
function requests(zone: string, good: number, bad: number): Series[] {
  return [
    { ...counter(zone, 200), values: `0+${good}x60` },
    { ...counter(zone, 503), values: `0+${bad}x60` },
  ];
}

/** 100 requests in each 5 s that all take a little less than `seconds`. */
function latencies(zones = ZONES, seconds = 0.02): Series[] {
  return zones.flatMap((zone) =>
    [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, "+Inf"].map((le) => ({
      series: `http_request_duration_seconds_bucket{namespace="trizone",service="gateway",zone="${zone}",pod="gateway-${zone}",le="${le}"}`,
      values: `0+${le === "+Inf" || Number(le) >= seconds ? 100 : 0}x60`,
    })),
  );
}

function healthy(zones = ZONES): Series[] {
  return [...zones.flatMap((zone) => requests(zone, 100, 0)), ...latencies(zones)];
}

function up(): Series[] {
  return SERVICES.flatMap((service) =>
    ZONES.map((zone) => ({
      series: `up{namespace="trizone",endpoint="admin",service="${service}",zone="${zone}",pod="${service}-${zone}"}`,
      values: "1x60",
    })),
  );
}
