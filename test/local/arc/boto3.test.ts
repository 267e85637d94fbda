import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { endAutoshift, startAutoshift } from "../../../local/arc/autoshifts.ts";
import { Boto3, pythonWithBoto3 } from "./boto3.ts";
import { balancer, FakeClock, serveArc } from "./fixture.ts";

const python = pythonWithBoto3();
const title = python
  ? "the zonal shift API for boto3"
  : "the zonal shift API for boto3 (skipped: no python3 with a boto3 that knows all operations; .ci/run installs it where pip can)";

const alarm = {
  type: "CLOUDWATCH",
  alarmIdentifier: "arn:aws:cloudwatch:ap-southeast-2:000000000000:alarm:errors",
};

(python ? describe : describe.skip)(title, function () {
  this.timeout(120_000);
  const clock = new FakeClock();
  let arc: Awaited<ReturnType<typeof serveArc>>;
  let boto3: Boto3;
  beforeEach(async () => {
    arc = await serveArc({ clock });
    boto3 = new Boto3(python ?? "", arc.url);
  });
  afterEach(async () => {
    boto3.close();
    await arc.close();
  });

  const ok = async (method: string, args: object = {}, status = 200) => {
    const result = await boto3.call(method, args);
    assert.deepEqual([result.status, result.error, result.message], [status, undefined, undefined], method);
    // biome-ignore lint/suspicious/noExplicitAny: the SDK's answers are looked at field by field
    return result.answer as Record<string, any>;
  };
  const resourceIdentifier = balancer;
  const shift = { resourceIdentifier, awayFrom: "apse2-az1", expiresIn: "30m", comment: "sick" };
  const practice = { resourceIdentifier, outcomeAlarms: [alarm] };
  const run = { resourceIdentifier, awayFrom: "apse2-az2", comment: "practice" };

  it("carries out all 15 operations", async () => {
    const { zonalShiftId, ...started } = await ok("start_zonal_shift", shift, 201);
    const now = clock.now() / 1000;
    const { expiresIn: _, ...echoed } = shift;
    assert.deepEqual(started, { ...echoed, startTime: now, expiryTime: now + 1800, status: "ACTIVE" });
    assert.equal((await ok("update_zonal_shift", { zonalShiftId, comment: "worse" })).comment, "worse");
    const { items } = await ok("list_zonal_shifts", { status: "ACTIVE", resourceIdentifier, maxResults: 5 });
    assert.deepEqual([items.length, items[0].shiftType], [1, "ZONAL_SHIFT"]);
    const managed = await ok("get_managed_resource", { resourceIdentifier });
    assert.deepEqual(managed.appliedWeights, { "apse2-az1": 0, "apse2-az2": 1, "apse2-az3": 1 });
    assert.deepEqual(
      [managed.zonalShifts[0].appliedStatus, managed.zonalAutoshiftStatus],
      ["APPLIED", "DISABLED"],
    );
    assert.equal((await ok("cancel_zonal_shift", { zonalShiftId })).status, "CANCELED");

    const made = await ok(
      "create_practice_run_configuration",
      { ...practice, blockedDates: ["2026-12-25"] },
      201,
    );
    assert.deepEqual(made.practiceRunConfiguration, { outcomeAlarms: [alarm], blockedDates: ["2026-12-25"] });
    const changed = await ok("update_practice_run_configuration", {
      resourceIdentifier,
      blockedWindows: ["Mon:00:00-Mon:10:00"],
    });
    assert.deepEqual(changed.practiceRunConfiguration.blockedWindows, ["Mon:00:00-Mon:10:00"]);
    const enable = { resourceIdentifier, zonalAutoshiftStatus: "ENABLED" };
    assert.deepEqual(await ok("update_zonal_autoshift_configuration", enable), enable);
    const listed = (await ok("list_managed_resources")).items.find(
      ({ arn }: { arn: string }) => arn === balancer,
    );
    assert.deepEqual([listed.zonalAutoshiftStatus, listed.practiceRunStatus], ["ENABLED", "ENABLED"]);

    const begun = await ok("start_practice_run", run);
    assert.equal(begun.expiryTime - begun.startTime, 1800);
    assert.equal((await ok("cancel_practice_run", { zonalShiftId: begun.zonalShiftId })).status, "CANCELED");
    const [newest] = (await ok("list_zonal_shifts")).items;
    assert.deepEqual([newest.shiftType, newest.practiceRunOutcome], ["PRACTICE_RUN", "INTERRUPTED"]);

    await arc.shifts.change(startAutoshift("apse2-az3"));
    assert.deepEqual((await ok("list_autoshifts")).items, [
      { awayFrom: "apse2-az3", startTime: clock.now() / 1000, status: "ACTIVE" },
    ]);
    const moved = await ok("get_managed_resource", { resourceIdentifier });
    assert.deepEqual([moved.autoshifts[0].appliedStatus, moved.appliedWeights["apse2-az3"]], ["APPLIED", 0]);
    await arc.shifts.change(endAutoshift());
    assert.deepEqual((await ok("list_autoshifts")).items, []);
    assert.equal((await ok("list_autoshifts", { status: "COMPLETED" })).items[0].status, "COMPLETED");

    assert.equal((await ok("get_autoshift_observer_notification_status")).status, "DISABLED");
    const observed = { status: "ENABLED" };
    assert.deepEqual(await ok("update_autoshift_observer_notification_status", observed), observed);
    assert.deepEqual(await ok("get_autoshift_observer_notification_status"), observed);

    await ok("update_zonal_autoshift_configuration", {
      resourceIdentifier,
      zonalAutoshiftStatus: "DISABLED",
    });
    const left = await ok("delete_practice_run_configuration", { resourceIdentifier });
    assert.deepEqual(left, { arn: balancer, name: "public", zonalAutoshiftStatus: "DISABLED" });
  });

  /** Calls a method that is to be refused; what boto3 raised, and its exception's class where the API's model has one. */
  const refused = async (method: string, args: object = {}) => {
    const { status, error, reason, modelled } = await boto3.call(method, args);
    assert.ok([error, "ClientError"].includes(modelled), `${error} is raised as ${modelled}`);
    return [status, error, reason];
  };
  const validation = (reason: string) => [400, "ValidationException", reason];
  const conflict = (reason: string) => [409, "ConflictException", reason];
  const notFound = [404, "ResourceNotFoundException", null];
  const zonalAutoshift = (zonalAutoshiftStatus: string) =>
    ok("update_zonal_autoshift_configuration", { resourceIdentifier, zonalAutoshiftStatus });
  const configure = (more: object = {}) =>
    ok("create_practice_run_configuration", { ...practice, ...more }, 201);

  it("gets a ValidationException with its reason for each wrong value", async () => {
    const start = (change: object) => refused("start_zonal_shift", { ...shift, ...change });
    assert.deepEqual(await start({ expiresIn: "73h" }), validation("InvalidExpiresIn"));
    assert.deepEqual(await start({ awayFrom: "use1-az1" }), validation("InvalidAz"));
    const unnamed = { resourceIdentifier: "public-balancer" };
    assert.deepEqual(await start(unnamed), validation("InvalidResourceIdentifier"));
    assert.deepEqual(await refused("list_zonal_shifts", { status: "DONE" }), validation("InvalidStatus"));
    assert.deepEqual(await refused("list_autoshifts", { status: "DONE" }), validation("InvalidStatus"));
    for (const list of ["list_zonal_shifts", "list_autoshifts", "list_managed_resources"])
      assert.deepEqual(await refused(list, { nextToken: "made up" }), validation("InvalidToken"));
    const create = (change: object) =>
      refused("create_practice_run_configuration", { ...practice, ...change });
    const other = [{ ...alarm, type: "DATADOG" }];
    assert.deepEqual(await create({ outcomeAlarms: other }), validation("InvalidConditionType"));
    assert.deepEqual(await create({ blockedDates: ["2026-02-30"] }), validation("InvalidPracticeBlocker"));
    const overnight = ["Mon:22:00-Tue:02:00"];
    assert.deepEqual(await create({ blockedWindows: overnight }), validation("InvalidPracticeBlocker"));
    assert.deepEqual(await create({ allowedWindows: overnight }), validation("InvalidPracticeAllowedWindow"));
    const both = { allowedWindows: ["Mon:01:00-Mon:02:00"], blockedWindows: ["Tue:01:00-Tue:02:00"] };
    assert.deepEqual(await create(both), validation("InvalidPracticeWindows"));
    const wrong = { resourceIdentifier, zonalAutoshiftStatus: "ON" };
    assert.deepEqual(
      await refused("update_zonal_autoshift_configuration", wrong),
      validation("InvalidStatus"),
    );
    assert.deepEqual(
      await refused("update_autoshift_observer_notification_status", { status: "ON" }),
      validation("InvalidStatus"),
    );
    await configure();
    const { zonalShiftId } = await ok("start_practice_run", run);
    assert.deepEqual(
      await refused("update_zonal_shift", { zonalShiftId, comment: "longer" }),
      validation("AutoshiftUpdateNotAllowed"),
    );
    await ok("cancel_zonal_shift", { zonalShiftId });
    const { zonalShiftId: customers } = await ok("start_zonal_shift", shift, 201);
    assert.deepEqual(
      await refused("cancel_practice_run", { zonalShiftId: customers }),
      validation("UnsupportedPracticeCancelShiftType"),
    );
  });

  it("gets a ResourceNotFoundException for what isn't there", async () => {
    const unknown = { resourceIdentifier: `${balancer}0` };
    const id = { zonalShiftId: "0123456789" };
    assert.deepEqual(await refused("start_zonal_shift", { ...shift, ...unknown }), notFound);
    assert.deepEqual(await refused("start_practice_run", { ...run, ...unknown }), notFound);
    assert.deepEqual(
      await refused("create_practice_run_configuration", { ...practice, ...unknown }),
      notFound,
    );
    for (const method of [
      "get_managed_resource",
      "update_practice_run_configuration",
      "delete_practice_run_configuration",
    ])
      assert.deepEqual(await refused(method, unknown), notFound, method);
    const enable = { ...unknown, zonalAutoshiftStatus: "ENABLED" };
    assert.deepEqual(await refused("update_zonal_autoshift_configuration", enable), notFound);
    for (const method of ["update_zonal_shift", "cancel_zonal_shift", "cancel_practice_run"])
      assert.deepEqual(await refused(method, id), notFound, method);
  });

  it("gets a ConflictException with its reason for what the state forbids", async () => {
    const only = { resourceIdentifier };
    const none = conflict("PracticeConfigurationDoesNotExist");
    assert.deepEqual(await refused("start_practice_run", run), none);
    assert.deepEqual(await refused("update_practice_run_configuration", only), none);
    assert.deepEqual(await refused("delete_practice_run_configuration", only), none);
    const enable = { resourceIdentifier, zonalAutoshiftStatus: "ENABLED" };
    assert.deepEqual(await refused("update_zonal_autoshift_configuration", enable), none);

    await configure();
    const again = await refused("create_practice_run_configuration", practice);
    assert.deepEqual(again, conflict("PracticeConfigurationAlreadyExists"));
    await zonalAutoshift("ENABLED");
    assert.deepEqual(await refused("delete_practice_run_configuration", only), conflict("AutoShiftEnabled"));

    const { zonalShiftId } = await ok("start_zonal_shift", shift, 201);
    const second = await boto3.call("start_zonal_shift", { ...shift, awayFrom: "apse2-az2" });
    assert.deepEqual([second.reason, second.zonalShiftId], ["ZonalShiftAlreadyExists", zonalShiftId]);
    assert.deepEqual(await refused("start_practice_run", run), conflict("SimultaneousZonalShiftsConflict"));
    await ok("cancel_zonal_shift", { zonalShiftId });
    for (const method of ["update_zonal_shift", "cancel_zonal_shift", "cancel_practice_run"])
      assert.deepEqual(
        await refused(method, { zonalShiftId }),
        conflict("ZonalShiftStatusNotActive"),
        method,
      );
    await arc.shifts.change(startAutoshift("apse2-az1"));
    assert.deepEqual(await refused("start_practice_run", run), conflict("ZonalAutoshiftActive"));
    await arc.shifts.change(endAutoshift());

    const change = (parts: object) =>
      ok("update_practice_run_configuration", { resourceIdentifier, ...parts });
    const today = new Date(clock.now());
    const day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][today.getUTCDay()];
    const blocked = () => refused("start_practice_run", run);
    await change({ blockedDates: [today.toISOString().slice(0, 10)] });
    assert.deepEqual(await blocked(), conflict("PracticeInBlockedDates"));
    await change({ blockedDates: [], blockedWindows: [`${day}:00:00-${day}:23:59`] });
    assert.deepEqual(await blocked(), conflict("PracticeInBlockedWindows"));
    const never = ["Sun", "Mon"].find((other) => other !== day);
    await change({ blockedWindows: [], allowedWindows: [`${never}:00:00-${never}:23:59`] });
    assert.deepEqual(await blocked(), conflict("PracticeOutsideAllowedWindows"));
    await change({ allowedWindows: [], blockingAlarms: [{ ...alarm, alarmIdentifier: "arn:blocking" }] });
    await arc.shifts.setAlarm("arn:blocking", true);
    assert.deepEqual(await blocked(), conflict("PracticeBlockingAlarmsRed"));
    await arc.shifts.setAlarm("arn:blocking", false);
    await arc.shifts.setAlarm(alarm.alarmIdentifier, true);
    assert.deepEqual(await blocked(), conflict("PracticeOutcomeAlarmsRed"));
    await arc.shifts.setAlarm(alarm.alarmIdentifier, false);
    assert.equal((await ok("start_practice_run", run)).status, "ACTIVE");
  });

  it("gets a server's errors once its own retries are over", async () => {
    rmSync(dirname(arc.file), { recursive: true });
    assert.deepEqual(await refused("start_zonal_shift", shift), [500, "InternalServerException", null]);
  });

  it("is refused with a key that isn't the one of this machine", async () => {
    const stranger = new Boto3(python ?? "", arc.url, { accessKeyId: "LOOPBACK", secretAccessKey: "wrong" });
    const { status, error } = await stranger.call("list_zonal_shifts");
    stranger.close();
    assert.deepEqual([status, error], [403, "InvalidSignatureException"]);
  });
});
