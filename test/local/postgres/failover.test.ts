import assert from "node:assert/strict";
import { join } from "node:path";
import { PostgresCluster } from "../../../local/postgres/index.ts";
import { serverProcesses, signal } from "../../../local/postgres/processes.ts";
import { temporaryOptions, until, untilSync, ZONES } from "./fixture.ts";
import { Load } from "./load.ts";

describe("a Multi-AZ database under load", function () {
  this.timeout(90_000);
  let options: Awaited<ReturnType<typeof temporaryOptions>>;
  let cluster: PostgresCluster;
  let load: Load;

  beforeEach(async () => {
    options = await temporaryOptions();
    cluster = await PostgresCluster.start(options);
    load = new Load(() => (cluster.primary() ? cluster.connectionString() : undefined));
    await load.start();
  });
  afterEach(async () => {
    await load.stop();
    await cluster.stop();
    await options.remove();
  });

  /** Nothing acknowledged is lost, nothing is there twice, on the primary and on the standby alike. */
  const audit = async () => {
    await load.stop();
    await untilSync(cluster);
    assert.deepEqual(await tally("primary"), { lost: [], twice: 0 });
    await until("the standby has replayed everything", 10_000, async () => {
      const { lost, twice } = await tally("standby");
      return lost.length === 0 && twice === 0;
    });
  };
  const tally = async (role: "primary" | "standby") => {
    const { lost, twice } = await load.audit(cluster.connectionString(role));
    return { lost, twice };
  };

  for (const [fault, goal] of [
    ["kill", 3000],
    ["freeze", 4000],
    ["cut", 4000],
  ] as const) {
    it(`survives the ${fault} of the primary's zone`, async () => {
      const was = cluster.status().primaryZone;
      load.mark();
      await (fault === "cut" ? cluster.cut(was, true) : cluster[fault](was));
      await until("another primary", 15_000, () => ![undefined, was].includes(cluster.primary()?.zone));
      await load.more(50);
      assert.ok(load.longestGap <= goal, `no commit for ${Math.round(load.longestGap)} ms`);
      assert.equal(cluster.status().standbyZone, undefined, "the lost zone's copy is out of use");
      await cluster.heal(was);
      await untilSync(cluster);
      assert.equal(cluster.status().standbyZone, was);
      await load.more(50);
      await audit();
    });

    it(`goes on after the ${fault} of the standby's zone, and comes back into sync`, async () => {
      const { standbyZone, primaryZone } = cluster.status();
      load.mark();
      await (fault === "cut" ? cluster.cut(standbyZone ?? "", true) : cluster[fault](standbyZone ?? ""));
      await until("out of sync", 10_000, () => cluster.status().replication !== "sync");
      await load.more(50);
      assert.ok(load.longestGap <= 3000, `no commit for ${Math.round(load.longestGap)} ms`);
      await cluster.heal(standbyZone ?? "");
      await untilSync(cluster);
      assert.equal(cluster.primary()?.zone, primaryZone);
      await audit();
    });
  }

  it("never promotes a standby that missed commits", async () => {
    const { standbyZone = "", primaryZone } = cluster.status();
    await cluster.kill(standbyZone);
    await load.more(50);
    await cluster.kill(primaryZone);
    await cluster.heal(standbyZone);
    await until("it says so", 10_000, () => cluster.status().state === "unavailable");
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(cluster.primary(), undefined);
    assert.match(cluster.status().reason ?? "", /not in sync.*Heal zone zone-a/s);
    await cluster.heal(primaryZone);
    await until("it is back", 10_000, () => cluster.primary()?.zone === primaryZone);
    await load.more(50);
    await audit();
  });

  it("promotes a standby in sync that returns before its primary, also when all zones were lost at once", async () => {
    const { standbyZone = "", primaryZone } = cluster.status();
    await Promise.all(ZONES.map((zone) => cluster.kill(zone)));
    await cluster.heal(standbyZone);
    await until("it took over", 15_000, () => cluster.primary()?.zone === standbyZone);
    await Promise.all(ZONES.map((zone) => cluster.heal(zone)));
    await until("the other one follows", 20_000, () => cluster.status().standbyZone === primaryZone);
    await audit();
  });

  it("is not disturbed by a zone in which it has nothing", async () => {
    const before = cluster.status();
    load.mark();
    for (const fault of ["kill", "freeze"] as const) await cluster[fault]("zone-c");
    await cluster.cut("zone-c", true);
    await load.more(200);
    await cluster.heal("zone-c");
    await untilSync(cluster);
    assert.equal(cluster.status().epoch, before.epoch);
    assert.ok(load.longestGap < 1500, `no commit for ${Math.round(load.longestGap)} ms`);
    await audit();
  });

  it("takes over when somebody kills or stops the primary's processes behind its back", async () => {
    for (const name of ["SIGKILL", "SIGSTOP"] as const) {
      const was = cluster.status().primaryZone;
      for (const pid of serverProcesses(join(options.directory, was))) signal(pid, name);
      await until("another primary", 15_000, () => ![undefined, was].includes(cluster.primary()?.zone));
      await load.more(20);
      await untilSync(cluster);
    }
    await audit();
  });

  it("recovers when somebody kills the standby's processes behind its back", async () => {
    const { standbyZone = "" } = cluster.status();
    for (const pid of serverProcesses(join(options.directory, standbyZone))) signal(pid, "SIGKILL");
    await load.more(50);
    await untilSync(cluster);
    await audit();
  });
});
