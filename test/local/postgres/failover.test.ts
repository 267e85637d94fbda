import assert from "node:assert/strict";
import { availableParallelism, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseInstance, type InstanceOptions } from "../../../local/postgres/index.ts";
import { serverProcesses, signal } from "../../../local/postgres/processes.ts";
import { PostmasterWatch, postmasters, temporaryOptions, until, urlOf, ZONES } from "./fixture.ts";
import { Load } from "./load.ts";
import { Supervisor } from "./supervisor.ts";

/** How long no write may succeed when the zone is lost, with the default delay of 2 s; milliseconds. */
const RESUME_MS = 8000;
const FAULTS = ["kill", "freeze", "cut"] as const;

/** Loses the zone in one of three ways. */
function lose(instance: DatabaseInstance, fault: (typeof FAULTS)[number], zone: string): void {
  if (fault === "cut") instance.cut(zone, true);
  else instance[fault](zone);
}

describe("a database under 100 orders a second", function () {
  this.timeout(90_000);
  let options: Awaited<ReturnType<typeof temporaryOptions>>;
  let instance: DatabaseInstance;
  let load: Load;

  const start = async (change: Partial<InstanceOptions> = {}) => {
    instance = await DatabaseInstance.start({ ...options, ...change });
    load = new Load(() => (instance.primary() ? urlOf(instance, options) : undefined));
    await load.start();
  };
  beforeEach(async () => {
    options = await temporaryOptions();
  });
  afterEach(async () => {
    await load.stop();
    await instance.stop();
    assert.deepEqual(serverProcesses(options.data), [], "no process is left");
    await options.remove();
  });

  /** Nothing acknowledged is lost, nothing is there twice or in part. */
  const audit = async () => {
    await load.stop();
    assert.deepEqual(await load.audit(urlOf(instance, options)), { lost: [], twice: 0, torn: 0 });
  };
  const inAnotherZone = (was: string) => () => ![undefined, was].includes(instance.primary()?.zone);

  it("moves to another zone when it is asked to, and refuses where it can't", async () => {
    await start();
    const { primaryZone, standbyZone } = instance.status();
    load.mark();
    instance.failOver();
    await until("another zone", 15_000, inAnotherZone(primaryZone));
    assert.equal(instance.primary()?.zone, standbyZone);
    await load.more(50);
    assert.ok(load.longestGap <= RESUME_MS, `no commit for ${Math.round(load.longestGap)} ms`);
    assert.equal(instance.status().failovers, 1);
    for (const zone of ZONES.filter((one) => one !== standbyZone)) instance.cut(zone, true);
    assert.throws(() => instance.failOver(), /No zone but .* is available; heal one first/);
    for (const zone of ZONES) instance.heal(zone);
    await audit();
  });

  it("stays where it is when it is in one zone only", async () => {
    await start({ multiAz: false });
    assert.throws(() => instance.failOver(), /declare multiAz/);
  });

  for (const fault of FAULTS) {
    it(`moves to another zone at the ${fault} of its own, and stays there after the heal`, async () => {
      await start();
      const { primaryZone, standbyZone } = instance.status();
      const watch = new PostmasterWatch(options.data);
      load.mark();
      lose(instance, fault, primaryZone);
      await until("another zone", 15_000, inAnotherZone(primaryZone));
      await load.more(50);
      assert.ok(load.longestGap <= RESUME_MS, `no commit for ${Math.round(load.longestGap)} ms`);
      assert.equal(instance.primary()?.zone, standbyZone);
      assert.equal(instance.status().standbyZone, "zone-c", "the lost zone takes over from none");
      instance.heal(primaryZone);
      await load.more(50);
      assert.equal(instance.primary()?.zone, standbyZone);
      assert.equal(instance.status().standbyZone, primaryZone);
      watch.stop();
      assert.ok(watch.most === 1 && watch.looks > 5, `${watch.most} postmasters at once`);
      await audit();
    });

    it(`in one zone only waits for the zone after its ${fault}`, async () => {
      await start({ multiAz: false });
      lose(instance, fault, "zone-a");
      await until("it says so", 10_000, () => instance.status().state === "unavailable");
      assert.match(instance.status().reason ?? "", /in one zone only\. Heal zone zone-a/);
      await sleep(1000);
      assert.equal(instance.primary(), undefined);
      instance.heal("zone-a");
      await load.more(50);
      assert.equal(instance.primary()?.zone, "zone-a");
      await audit();
    });
  }

  it("waits as long as the option says", async () => {
    await start({ failoverDelayMs: 4000 });
    load.mark();
    instance.kill("zone-a");
    await load.more(50);
    assert.ok(load.longestGap > 4000, `no commit for only ${Math.round(load.longestGap)} ms`);
    await audit();
  });

  it("waits for a zone when all are lost at once, and for the next one when that is lost while it starts", async () => {
    await start();
    for (const zone of ZONES) instance.kill(zone);
    await until("it says so", 10_000, () => instance.status().state === "unavailable");
    assert.match(instance.status().reason ?? "", /no other zone is available\. Heal zone zone-a/);
    instance.heal("zone-b");
    await until("a new postmaster", 15_000, () => postmasters(options.data).length > 0);
    instance.freeze("zone-b");
    instance.heal("zone-c");
    await until("the third zone", 20_000, () => instance.primary()?.zone === "zone-c");
    await load.more(50);
    await audit();
  });

  it("is not disturbed by the loss of a zone in which it does not run", async () => {
    await start();
    load.mark();
    for (const fault of FAULTS) lose(instance, fault, "zone-b");
    await load.more(200);
    instance.heal("zone-b");
    assert.equal(instance.status().failovers, 0);
    assert.ok(load.longestGap < 1500, `no commit for ${Math.round(load.longestGap)} ms`);
    await audit();
  });

  it("moves when somebody kills or stops its processes behind its back", async () => {
    await start();
    for (const name of ["SIGKILL", "SIGSTOP"] as const) {
      const was = instance.status().primaryZone;
      for (const pid of serverProcesses(options.data)) signal(pid, name);
      await until("another zone", 15_000, inAnotherZone(was));
      await load.more(20);
    }
    await audit();
  });
});

/** Two for a person who waits; `.ci/run` sets 5, and 50 is for a night. */
const failovers = Number(process.env.FAILOVERS ?? 2);

describe(`${failovers} failovers of a database in a row`, function () {
  this.timeout(60_000 + failovers * 30_000);

  it("lose no acknowledged order, one of them with the supervisor killed in the middle", async () => {
    const options = await temporaryOptions();
    let supervisor = new Supervisor(options);
    const load = new Load(() => supervisor.state?.url);
    const watch = new PostmasterWatch(options.data);
    const gaps: number[] = [];
    let unsupervised = 0;
    try {
      await supervisor.ready();
      await until("a primary", 10_000, () => primaryOf(supervisor) !== undefined);
      await load.start();
      for (let round = 0; round < failovers; round += 1) {
        const zone = primaryOf(supervisor) ?? "";
        load.mark();
        supervisor.send({ do: FAULTS[round % FAULTS.length] ?? "kill", zone });
        await until("the loss", 10_000, () => supervisor.state?.status.state === "failing-over");
        const killed = round === Math.floor(failovers / 2);
        if (killed) {
          // What it has started, and what it was about to end, is left to the next one.
          await sleep(Math.random() * 2500);
          await supervisor.kill();
          supervisor = new Supervisor(options);
          await supervisor.ready();
        }
        const moved = () => primaryOf(supervisor) !== undefined && (killed || primaryOf(supervisor) !== zone);
        await until("another zone", 15_000, moved);
        await load.more(50);
        if (killed) unsupervised = Math.round(load.longestGap);
        else gaps.push(Math.round(load.longestGap));
        supervisor.send({ do: "heal", zone });
      }
      await load.stop();
      const url = supervisor.state?.url ?? "";
      assert.deepEqual(await load.audit(url), { lost: [], twice: 0, torn: 0 });
    } finally {
      await load.stop();
      watch.stop();
      await supervisor.stop();
      await options.remove();
    }
    const longest = gaps.sort((a, b) => b - a)[0] ?? 0;
    console.log(
      `      ${load.acknowledged.size} acknowledged orders, 0 lost; without a write for ${gaps[gaps.length >> 1]} ms ` +
        `(median), ${longest} ms at most, ${unsupervised} ms until a new supervisor had begun`,
    );
    assert.ok(longest <= RESUME_MS, `no commit for ${longest} ms`);
    // On a busy machine most of it is the start of the new supervisor's process, which is no part of a failover.
    const [busy = 0] = loadavg();
    if (busy < availableParallelism())
      assert.ok(unsupervised <= RESUME_MS, `no commit for ${unsupervised} ms with the supervisor killed`);
    assert.equal(watch.most, 1, `${watch.most} postmasters at once in ${watch.looks} looks`);
  });
});

/** The zone in which it takes connections. */
function primaryOf({ state }: Supervisor): string | undefined {
  return state?.url === undefined ? undefined : state.status.primaryZone;
}
