import { ruleGroups } from "../../../components/observability/observability.ts";
import { type Series, testRules, withPromtool } from "./promtool.ts";

const RULES = ruleGroups({ namespace: "trizone", services: ["news"], availability: 0.999, p99: 0.25 });
const WATCHED = ["ModelDrift", "ModelRefused", "ModelRolledBack", "ModelBucketAway", "ModelQueueLong"];

/** A pod's series over ten minutes. */
const series = (name: string, values: string, labels = ""): Series => ({
  series: `${name}{namespace="trizone",service="news",pod="news-1"${labels}}`,
  values,
});
const VERSION = ',version="1.0.0"';
/** 100 texts a second, all of which waited less than `bound` seconds, and more than the bucket before. */
const waited = (bound: string): Series[] =>
  ["0.125", "0.25", "0.5", "1", "2", "+Inf"].map((le) =>
    series(
      "prediction_latency_seconds_bucket",
      le === "+Inf" || Number(le) >= Number(bound) ? "0+500x120" : "0x120",
      `${VERSION},variant="current",stage="queue",le="${le}"`,
    ),
  );
const well = [
  series("prediction_drift", "0x120", VERSION),
  series("model_bucket_reachable", "1x120"),
  series("model_refused_total", "0x120", `${VERSION},why="corrupt"`),
  series("model_rollbacks_total", "0x120", `${VERSION},why="errors"`),
  ...waited("0.125"),
];
const without = (name: string) => well.filter((one) => !one.series.startsWith(name));

withPromtool("rules of news", () => {
  it("tell of drift, refused and rolled back versions, a bucket that is away and texts that wait; and of nothing else", async () => {
    const at = "9m";
    const fires = (...alerts: string[]) => [{ at, alerts, watched: WATCHED }];
    const once = (name: string, why: string) => series(name, "0x60 1x60", `${VERSION},why="${why}"`);
    await testRules(RULES, [
      { series: well, fires: fires() },
      {
        series: [...without("prediction_drift"), series("prediction_drift", "1x120", VERSION)],
        fires: fires("ModelDrift"),
      },
      {
        series: [...without("model_bucket_reachable"), series("model_bucket_reachable", "0x120")],
        fires: fires("ModelBucketAway"),
      },
      {
        series: [...without("model_refused_total"), once("model_refused_total", "corrupt")],
        fires: fires("ModelRefused"),
      },
      {
        series: [...without("model_rollbacks_total"), once("model_rollbacks_total", "latency")],
        fires: fires("ModelRolledBack"),
      },
      { series: [...without("prediction_latency"), ...waited("2")], fires: fires("ModelQueueLong") },
    ]);
  });
});
