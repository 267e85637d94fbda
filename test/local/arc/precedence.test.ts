import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import fc from "fast-check";
import { endAutoshift, setAutoshift, startAutoshift } from "../../../local/arc/autoshifts.ts";
import { cancelPractice, createPractice, startPractice } from "../../../local/arc/practice-runs.ts";
import { outcomeOf, type ZonalShift } from "../../../local/arc/shift.ts";
import { ZonalShifts } from "../../../local/arc/store.ts";
import { wireResource } from "../../../local/arc/wire.ts";
import { balancer, cluster, FakeClock, resources, temporaryFolder } from "./fixture.ts";

const alarm = { type: "CLOUDWATCH" as const, alarmIdentifier: "arn:outcome-alarm" };
const blocking = { type: "CLOUDWATCH" as const, alarmIdentifier: "arn:blocking-alarm" };
const practice = { outcomeAlarms: [alarm], blockingAlarms: [blocking] };
const day = 24 * 60 * 60_000;

describe("precedence of zonal shifts", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let clock: FakeClock;
  let shifts: ZonalShifts;
  beforeEach(async () => {
    folder = temporaryFolder();
    clock = new FakeClock();
    shifts = await ZonalShifts.open({ resources, file: join(folder.path, "arc.json"), clock });
    await shifts.change(createPractice(balancer, practice));
    await shifts.change(setAutoshift(balancer, "ENABLED"));
  });
  afterEach(async () => {
    await shifts.close();
    folder.remove();
  });

  const customer = () =>
    shifts.start({ resource: balancer, awayFrom: "apse2-az1", expiresIn: "30m", comment: "" });
  const run = () => shifts.change(startPractice({ resource: balancer, awayFrom: "apse2-az2", comment: "" }));
  const away = (arn = balancer) =>
    Object.entries(shifts.weights()[arn] ?? {}).flatMap(([zone, weight]) =>
      weight === 0 ? [zone.at(-1)] : [],
    );
  const kept = ({ id }: ZonalShift) => {
    const found = shifts.list().find((one) => one.id === id);
    assert.ok(found);
    return found;
  };
  const outcome = (shift: ZonalShift) => outcomeOf(kept(shift), clock.now());

  it("lets a customer's shift interrupt a practice run", async () => {
    const practised = await run();
    assert.deepEqual([away(), outcome(practised)], [["b"], "PENDING"]);
    await customer();
    assert.deepEqual([away(), outcome(practised)], [["a"], "INTERRUPTED"]);
  });

  it("lets an autoshift interrupt a practice run, and a customer's shift go before the autoshift", async () => {
    const practised = await run();
    await shifts.change(startAutoshift("apse2-az3"));
    assert.deepEqual([away(), away(cluster), outcome(practised)], [["c"], [], "INTERRUPTED"]);
    const { id } = await customer();
    assert.deepEqual(away(), ["a"]);
    const shown = wireResource(shifts.resource(balancer), shifts.situation());
    assert.deepEqual(
      [shown.zonalShifts[0]?.appliedStatus, shown.autoshifts[0]?.appliedStatus],
      ["APPLIED", "NOT_APPLIED"],
    );
    await shifts.cancel(id);
    assert.deepEqual(away(), ["c"], "the autoshift is applied again");
    await shifts.change(setAutoshift(balancer, "DISABLED"));
    assert.deepEqual(away(), [], "an autoshift doesn't move a resource that doesn't take part");
    await shifts.change(endAutoshift());
  });

  it("ends a practice run after half an hour as succeeded, and says that traffic comes back", async () => {
    const practised = await run();
    let changes = 0;
    shifts.on("change", () => (changes += 1));
    clock.advance(30 * 60_000);
    assert.deepEqual([outcome(practised), away(), changes], ["SUCCEEDED", [], 1]);
  });

  it("ends a practice run by its alarms: failed by an outcome's, interrupted by a blocking one or by hand", async () => {
    const failed = await run();
    await shifts.setAlarm(alarm.alarmIdentifier, true);
    assert.deepEqual([outcome(failed), away()], ["FAILED", []]);
    await shifts.setAlarm(alarm.alarmIdentifier, false);
    const blocked = await run();
    await shifts.setAlarm(blocking.alarmIdentifier, true);
    assert.equal(outcome(blocked), "INTERRUPTED");
    await shifts.setAlarm(blocking.alarmIdentifier, false);
    const stopped = await run();
    await shifts.change(cancelPractice(stopped.id));
    assert.equal(outcome(stopped), "INTERRUPTED");
  });

  it("starts a practice run each week, a zone after the other, and not under another shift", async () => {
    const runs = () => shifts.list().filter(({ type }) => type === "PRACTICE_RUN");
    const count = async (wanted: number) => {
      while (runs().length < wanted) await once(shifts, "change");
    };
    clock.advance(7 * day - 60_000);
    assert.deepEqual(runs(), []);
    clock.advance(120_000);
    await count(1);
    clock.advance(7 * day + 60_000);
    await count(2);
    assert.deepEqual(
      runs().map(({ awayFrom }) => awayFrom),
      ["apse2-az2", "apse2-az1"],
    );
    clock.advance(6 * day + 23 * 60 * 60_000);
    await shifts.start({ resource: balancer, awayFrom: "apse2-az1", expiresIn: "72h", comment: "" });
    clock.advance(2 * 60 * 60_000);
    assert.equal(runs().length, 2, "none starts under the customer's shift");
    await shifts.cancel(shifts.active(balancer)?.id ?? "");
    clock.advance(60_000);
    await count(3);
  });

  it("applies one shift at most, whatever happens in whatever order", async () => {
    const step = fc.constantFrom(
      "customer",
      "cancel",
      "run",
      "autoshift",
      "end",
      "enable",
      "disable",
      "pass",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        for (const one of steps) {
          const acted =
            one === "customer"
              ? customer()
              : one === "cancel"
                ? shifts.cancel(shifts.active(balancer)?.id ?? "0")
                : one === "run"
                  ? run()
                  : one === "autoshift"
                    ? shifts.change(startAutoshift("apse2-az3"))
                    : one === "end"
                      ? shifts.change(endAutoshift())
                      : one === "pass"
                        ? Promise.resolve(clock.advance(10 * 60_000))
                        : shifts.change(setAutoshift(balancer, one === "enable" ? "ENABLED" : "DISABLED"));
          await acted.catch((error: Error) => {
            if (!["ConflictException", "ResourceNotFoundException"].includes(error.name)) throw error;
          });
          const { kept, now } = shifts.situation();
          const shown = wireResource(shifts.resource(balancer), shifts.situation());
          const applied = [...shown.zonalShifts, ...shown.autoshifts].filter(
            ({ appliedStatus }) => appliedStatus === "APPLIED",
          );
          const there = shown.zonalShifts.length + shown.autoshifts.length;
          assert.equal(applied.length, Math.min(1, there), JSON.stringify(kept));
          assert.deepEqual(
            away(),
            applied.map(({ awayFrom }) => ({ 1: "a", 2: "b", 3: "c" })[awayFrom.at(-1) ?? ""]),
          );
          const practised = shown.zonalShifts.some(({ shiftType }) => shiftType === "PRACTICE_RUN");
          if (practised) assert.ok(there === 1, `a practice run beside another shift at ${now}`);
        }
      }),
      { numRuns: 40 },
    );
  });
});
