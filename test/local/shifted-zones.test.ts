import assert from "node:assert/strict";
import { ShiftedZones } from "../../local/shifted-zones.ts";

const zones = ["a", "b"];
const all = { cluster: { a: 1, b: 1 }, public: { a: 1, b: 1 } } as const;

function fixture(refuse = false) {
  const asked: unknown[] = [];
  const reports: string[] = [];
  const say = async (...what: unknown[]) => {
    asked.push(what);
    if (refuse) throw new Error("pod web-1: no answer");
  };
  const shifted = new ShiftedZones({
    zones,
    clusters: ["cluster"],
    pods: {
      cordonZone: (zone, cordoned) => void asked.push(["cordon", zone, cordoned]),
      shiftZone: (zone) => say("shift", zone),
      drain: (zone, ids) => say("drain", zone, [...ids]),
    },
    targets: () => zones.map((zone) => ({ id: `trizone/web-${zone}`, zone })),
    report: (message) => reports.push(message),
  });
  return { shifted, asked, reports };
}

describe("what a zonal shift moves beside new requests", () => {
  it("keeps new pods out of a zone that the cluster is shifted away from", () => {
    const { shifted, asked } = fixture();
    shifted.cordon({ ...all, cluster: { a: 1, b: 0 } });
    assert.deepEqual(asked, [
      ["cordon", "a", false],
      ["cordon", "b", true],
    ]);
  });

  it("asks the zone's pods once to move, and once more when the shift is over", async () => {
    const { shifted, asked } = fixture();
    await shifted.move(all);
    await shifted.move({ ...all, cluster: { a: 1, b: 0 } });
    await shifted.move({ ...all, cluster: { a: 1, b: 0 } });
    await shifted.move(all);
    assert.deepEqual(asked, [
      ["shift", "b"],
      ["shift", "b"],
    ]);
  });

  it("has the long connections through a balancer's targets in the zone move with the balancer's shift", async () => {
    const { shifted, asked } = fixture();
    await shifted.move({ ...all, public: { a: 0, b: 1 } });
    await shifted.move({ ...all, public: { a: 0, b: 1 } });
    await shifted.move(all);
    assert.deepEqual(asked, [["drain", "a", ["trizone/web-a"]]]);
  });

  it("says what pods didn't do, and goes on", async () => {
    const { shifted, reports } = fixture(true);
    await shifted.move({ cluster: { a: 1, b: 0 }, public: { a: 1, b: 0 } });
    assert.deepEqual(reports, ["pod web-1: no answer", "pod web-1: no answer"]);
  });
});
