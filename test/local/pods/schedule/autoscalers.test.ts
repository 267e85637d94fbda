import assert from "node:assert/strict";
import { Autoscalers } from "../../../../local/pods/schedule/autoscalers.ts";
import { cron } from "../../../../local/pods/schedule/cron.ts";
import type { Replicas } from "../../../../local/pods/schedule/replicas.ts";
import { readPreScaling } from "../../../../local/pods/spec/pre-scaling.ts";
import { graphOf } from "../../../program/graphs.ts";

const sydney = "Australia/Sydney";

describe("a CronJob's schedule", () => {
  it("is due by the clock of its time zone, in summer and in winter", () => {
    const open = cron("30 9 * * 1-5", sydney);
    assert.ok(open(new Date("2026-01-05T22:30:00Z")), "Tuesday in summer, UTC+11");
    assert.ok(open(new Date("2026-07-06T23:30:00Z")), "Tuesday in winter, UTC+10");
    assert.ok(!open(new Date("2026-07-06T22:30:00Z")));
    assert.ok(!open(new Date("2026-01-05T22:31:00Z")));
    assert.ok(!open(new Date("2026-01-03T22:30:00Z")), "Sunday");
  });

  it("takes lists, ranges, steps and either of two days", () => {
    const at = (schedule: string, time: string) => cron(schedule, "UTC")(new Date(time));
    assert.ok(at("*/15 8-10,20 * * *", "2026-01-01T20:45:00Z"));
    assert.ok(!at("*/15 8-10,20 * * *", "2026-01-01T20:46:00Z"));
    assert.ok(at("5/10 * * * *", "2026-01-01T00:55:00Z"));
    assert.ok(at("0 0 1 * 5", "2026-01-01T00:00:00Z"), "a Thursday, but the first");
    assert.ok(at("0 0 15 * 7", "2026-01-04T00:00:00Z"), "7 is Sunday too");
    assert.ok(at("0 0 * 2 *", "2026-02-01T00:00:00Z"));
  });

  for (const wrong of ["", "* * * *", "60 * * * *", "* * * * MON", "5-1 * * * *", "*/0 * * * *"]) {
    it(`is refused where it is ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => cron(wrong, "UTC"), /schedule/);
    });
  }
});

describe("autoscalers", () => {
  const open = {
    ...{ name: "pre-scaling-open", namespace: "shop", schedule: "30 9 * * 1-5", timeZone: sydney },
    minimums: { web: 9, trading: 6 },
  };
  const usual = {
    ...open,
    name: "pre-scaling-usual",
    schedule: "30 10 * * 1-5",
    minimums: { web: 3, trading: 3 },
  };

  /** Deployments whose load always wants three pods, unless their minimum is higher. */
  function fixture(start: string, room = () => 100) {
    let now = Date.parse(start);
    const deployments = ["web", "trading", "other"].map((name) => ({
      wanted: 3,
      workload: {
        name,
        namespace: "shop",
        scaling: { minimum: 3, maximum: 12, target: 0.6, stabilizationMs: 0 },
      },
      scale({ minimum = 3, room }: { minimum?: number; room: number }) {
        const added = Math.max(0, Math.min(minimum - this.wanted, room));
        this.wanted = minimum < this.wanted ? minimum : this.wanted + added;
        return added;
      },
    }));
    const autoscalers = new Autoscalers({
      replicas: () => deployments as unknown as Replicas[],
      preScaling: [open, usual],
      now: () => now,
      room,
    });
    const at = (time: string) => {
      now = Date.parse(time);
      autoscalers.decide();
      return deployments.map(({ wanted }) => wanted);
    };
    return { autoscalers, at };
  }

  it("keep more pods over the market's open, by the schedule that the program declares", () => {
    const { at } = fixture("2026-07-06T22:00:00Z");
    assert.deepEqual(at("2026-07-06T23:29:00Z"), [3, 3, 3]);
    assert.deepEqual(at("2026-07-06T23:30:00Z"), [9, 6, 3]);
    assert.deepEqual(at("2026-07-07T00:29:59Z"), [9, 6, 3]);
    assert.deepEqual(at("2026-07-07T00:30:00Z"), [3, 3, 3]);
    assert.deepEqual(at("2026-07-11T12:00:00Z"), [3, 3, 3], "after days of sleep");
  });

  it("know at their start which schedule was due last", () => {
    const { at } = fixture("2026-07-06T23:45:00Z");
    assert.deepEqual(at("2026-07-06T23:45:00Z"), [9, 6, 3]);
  });

  it("add no more pods than there is room for", () => {
    const rooms = [0, 4, 100];
    const { at } = fixture("2026-07-06T23:45:00Z", () => rooms.shift() ?? 0);
    assert.deepEqual(at("2026-07-06T23:45:00Z"), [3, 3, 3]);
    assert.deepEqual(at("2026-07-06T23:45:15Z"), [7, 3, 3]);
    assert.deepEqual(at("2026-07-06T23:45:30Z"), [9, 6, 3]);
  });

  it("do at once what a schedule does, when they are asked to", () => {
    const { autoscalers, at } = fixture("2026-07-06T12:00:00Z");
    autoscalers.run("pre-scaling-open");
    assert.deepEqual(
      autoscalers.status().map(({ service, pods, minimum }) => [service, pods, minimum]),
      [
        ["web", 9, 9],
        ["trading", 6, 6],
        ["other", 3, 3],
      ],
    );
    assert.deepEqual(at("2026-07-07T00:30:00Z"), [3, 3, 3]);
    assert.throws(
      () => autoscalers.run("ghost"),
      /no pre-scaling ghost; the stack declares pre-scaling-open/,
    );
  });

  it("hold more pods for a while, of all services or of one", () => {
    const { autoscalers, at } = fixture("2026-07-06T12:00:00Z");
    const until = Date.parse("2026-07-06T12:10:00Z");
    autoscalers.hold({ minimum: 6, until });
    assert.deepEqual(at("2026-07-06T12:01:00Z"), [6, 6, 6]);
    autoscalers.hold({ minimum: 9, until, service: "trading" });
    assert.deepEqual(at("2026-07-06T12:02:00Z"), [3, 9, 3], "in the place of what was held before");
    assert.throws(
      () => autoscalers.hold({ minimum: 9, until, service: "ghost" }),
      /no autoscaler of ghost; there are web, trading, other/,
    );
    assert.deepEqual(at("2026-07-06T12:09:59Z"), [3, 9, 3]);
    assert.deepEqual(at("2026-07-06T12:10:00Z"), [3, 3, 3]);
    autoscalers.hold({ minimum: 50, until: until + 60_000 });
    assert.deepEqual(at("2026-07-06T12:10:30Z"), [12, 12, 12], "up to each maximum");
    autoscalers.hold({ minimum: 0, until: 0 });
    assert.deepEqual(at("2026-07-06T12:10:31Z"), [3, 3, 3]);
  });

  it("get their schedules from the program", async function () {
    this.timeout(240_000);
    const found = readPreScaling(await graphOf("dev"));
    assert.deepEqual(found.map(({ name, schedule, timeZone }) => [name, schedule, timeZone]).sort(), [
      ["pre-scaling-open", "30 9 * * 1-5", sydney],
      ["pre-scaling-usual", "30 10 * * 1-5", sydney],
    ]);
    const [more, less] = ["open", "usual"].map(
      (when) => found.find(({ name }) => name.endsWith(when))?.minimums,
    );
    assert.ok((more?.trading ?? 0) === 3 * (less?.trading ?? 1), JSON.stringify(found));
  });
});
