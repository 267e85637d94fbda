import assert from "node:assert/strict";
import { join } from "node:path";
import { declaredAutoshift } from "../../../local/arc/declared.ts";
import { managedResources } from "../../../local/arc/managed-resources.ts";
import { ZonalShifts } from "../../../local/arc/store.ts";
import { graphOf } from "../../program/graphs.ts";
import { FakeClock, temporaryFolder } from "./fixture.ts";

describe("autoshift that the program declares", () => {
  it("is in force for both balancers and the cluster, with the trading days' hours blocked", async function () {
    this.timeout(120_000);
    const graph = await graphOf("dev");
    const resources = managedResources(graph);
    const declared = declaredAutoshift(graph);
    assert.deepEqual(Object.keys(declared).sort(), resources.map(({ arn }) => arn).sort());
    assert.equal(resources.length, 3);
    for (const { autoshift, practice } of Object.values(declared)) {
      assert.equal(autoshift, "ENABLED");
      assert.ok(practice?.blockedWindows?.includes("Mon:00:00-Mon:06:30"));
      assert.ok((practice?.outcomeAlarms.length ?? 0) >= 1);
    }
  });

  it("takes the place of what was set before, and the first practice run stays due when it was", async () => {
    const folder = temporaryFolder();
    const clock = new FakeClock();
    const resources = [{ arn: "arn:one-resource", name: "one", zones: [{ id: "az1", name: "a" }] }];
    const practice = { outcomeAlarms: [{ type: "CLOUDWATCH" as const, alarmIdentifier: "arn:alarm" }] };
    const options = { resources, file: join(folder.path, "arc.json"), clock };
    const open = (autoshift: "ENABLED" | "DISABLED") =>
      ZonalShifts.open({ ...options, declared: { "arn:one-resource": { autoshift, practice } } });
    try {
      await (await open("ENABLED")).close();
      const since = clock.now();
      clock.advance(60_000);
      const shifts = await open("DISABLED");
      const kept = shifts.situation().kept.settings["arn:one-resource"];
      assert.deepEqual(kept, { autoshift: "DISABLED", practice, practiceSince: since });
      await shifts.close();
    } finally {
      folder.remove();
    }
  });
});
