import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { statusOf } from "../../../local/arc/shift.ts";
import { ZonalShifts } from "../../../local/arc/store.ts";
import { balancer, cluster, FakeClock, resources, temporaryFolder } from "./fixture.ts";

describe("kept zonal shifts", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, "arc.json");
  });
  afterEach(() => folder.remove());

  const request = { resource: balancer, awayFrom: "apse2-az1", expiresIn: "5m", comment: "" };

  it("expire by themselves and say so", async () => {
    const clock = new FakeClock();
    const shifts = await ZonalShifts.open({ resources, file, clock });
    await shifts.start(request);
    let changes = 0;
    shifts.on("change", () => {
      changes += 1;
    });
    clock.advance(299_999);
    assert.deepEqual([changes, shifts.weights()[balancer]?.["ap-southeast-2a"]], [0, 0]);
    clock.advance(1);
    assert.deepEqual([changes, shifts.weights()[balancer]?.["ap-southeast-2a"]], [1, 1]);
  });

  it("expire while nothing runs", async () => {
    const clock = new FakeClock();
    const before = await ZonalShifts.open({ resources, file, clock });
    await before.start(request);
    await before.close();
    clock.advance(300_000);
    const after = await ZonalShifts.open({ resources, file, clock });
    const [shift] = after.list();
    assert.ok(shift);
    assert.equal(statusOf(shift, clock.now()), "EXPIRED");
    assert.equal(after.weights()[balancer]?.["ap-southeast-2a"], 1);
  });

  it("are on disk when they are answered, whatever kills the process", async () => {
    const child = fork(new URL("./start-shifts.ts", import.meta.url), [file]);
    const started: string[] = [];
    child.on("message", (id) => {
      started.push(String(id));
      if (started.length === 25) child.kill("SIGKILL");
    });
    await once(child, "exit");
    const shifts = await ZonalShifts.open({ resources, file });
    const kept = new Set(shifts.list().map(({ id }) => id));
    assert.ok(started.length >= 25);
    assert.deepEqual(
      started.filter((id) => !kept.has(id)),
      [],
    );
  });

  it("are nobody else's to read", async () => {
    const shifts = await ZonalShifts.open({ resources, file });
    await shifts.start(request);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("are bounded, and the active ones are never forgotten", async () => {
    const clock = new FakeClock();
    const first = await ZonalShifts.open({ resources, file, clock });
    const active = await first.start({ ...request, resource: cluster, expiresIn: "72h" });
    const ended = Array.from({ length: 600 }, (_, index) => {
      return {
        ...active,
        id: `ended-${index}`,
        sequence: index + 2,
        resource: balancer,
        canceledAt: clock.now(),
      };
    });
    writeFileSync(file, JSON.stringify({ version: 1, shifts: [active, ...ended] }));
    const shifts = await ZonalShifts.open({ resources, file, clock });
    const newest = await shifts.start(request);
    assert.equal(shifts.list().length, 502);
    assert.equal(shifts.list()[0]?.id, newest.id);
    assert.equal(shifts.list().at(-2)?.id, "ended-100");
    assert.equal(shifts.active(cluster)?.id, active.id);
  });

  for (const content of ["{", "[]", '{"version":2,"shifts":[]}', '{"version":1,"shifts":[{"id":"x"}]}', ""]) {
    it(`are not guessed from ${JSON.stringify(content)}`, async () => {
      writeFileSync(file, content);
      await assert.rejects(ZonalShifts.open({ resources, file }), (error: Error) => {
        assert.ok(error.message.includes(file));
        return /delete it/.test(error.message);
      });
      assert.equal(readFileSync(file, "utf8"), content);
    });
  }

  it("follow a simple model through any run of operations, restarts and time", async () => {
    const index = fc.nat(1);
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant("start"),
          on: index,
          zone: fc.nat(2),
          minutes: fc.integer({ min: 1, max: 90 }),
        }),
      },
      fc.record({
        do: fc.constant("update"),
        on: index,
        zone: fc.nat(2),
        minutes: fc.integer({ min: 1, max: 90 }),
      }),
      fc.record({ do: fc.constant("cancel"), on: index, zone: fc.nat(2), minutes: fc.constant(0) }),
      fc.record({ do: fc.constant("pass"), on: index, zone: fc.nat(2), minutes: fc.nat(120) }),
      fc.record({ do: fc.constant("restart"), on: index, zone: fc.nat(2), minutes: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const own = temporaryFolder();
        try {
          await follow(steps, join(own.path, "arc.json"));
        } finally {
          own.remove();
        }
      }),
      { numRuns: 40 },
    );
  });
});

interface Step {
  do: string;
  on: number;
  zone: number;
  minutes: number;
}

/** Runs the steps on the store and on a model: resource -> the zone it is shifted from, and until when. */
async function follow(steps: Step[], file: string): Promise<void> {
  const clock = new FakeClock();
  let shifts = await ZonalShifts.open({ resources, file, clock });
  let heard = shifts.weights();
  const listen = () => shifts.on("change", () => (heard = shifts.weights()));
  listen();
  const model = new Map<string, { zone: string; until: number; id: string }>();
  for (const { do: what, on, zone, minutes } of steps) {
    const resource = resources[on];
    assert.ok(resource);
    const { id: awayFrom, name } = resource.zones[zone] ?? { id: "", name: "" };
    const active = model.get(resource.arn);
    const until = clock.now() + minutes * 60_000;
    const request = { resource: resource.arn, awayFrom, expiresIn: `${minutes}m`, comment: "" };
    if (what === "pass") clock.advance(minutes * 60_000);
    if (what === "restart") {
      await shifts.close();
      shifts = await ZonalShifts.open({ resources, file, clock });
      listen();
    }
    if (what === "start" && active)
      await assert.rejects(shifts.start(request), { name: "ConflictException" });
    if (what === "start" && !active) {
      model.set(resource.arn, { zone: name, until, id: (await shifts.start(request)).id });
    }
    if (what === "update" && active) {
      await shifts.update(active.id, { expiresIn: `${minutes}m` });
      active.until = until;
    }
    if (what === "cancel" && active) {
      await shifts.cancel(active.id);
      model.delete(resource.arn);
    }
    for (const [arn, shift] of model) if (shift.until <= clock.now()) model.delete(arn);
    const expected = Object.fromEntries(
      resources.map(({ arn, zones }) => [
        arn,
        Object.fromEntries(zones.map((one) => [one.name, model.get(arn)?.zone === one.name ? 0 : 1])),
      ]),
    );
    assert.deepEqual(shifts.weights(), expected);
    assert.deepEqual(heard, expected, "who listens to changes knows the weights");
  }
  await shifts.close();
}
