import assert from "node:assert/strict";
import { endAutoshift, startAutoshift } from "../../../local/arc/index.ts";
import {
  ARCZonalShiftClient,
  ARCZonalShiftServiceException,
  CancelPracticeRunCommand,
  CancelZonalShiftCommand,
  ConflictException,
  CreatePracticeRunConfigurationCommand,
  DeletePracticeRunConfigurationCommand,
  GetAutoshiftObserverNotificationStatusCommand,
  GetManagedResourceCommand,
  ListAutoshiftsCommand,
  ListManagedResourcesCommand,
  ListZonalShiftsCommand,
  ResourceNotFoundException,
  StartPracticeRunCommand,
  StartZonalShiftCommand,
  UpdateAutoshiftObserverNotificationStatusCommand,
  UpdatePracticeRunConfigurationCommand,
  UpdateZonalAutoshiftConfigurationCommand,
  UpdateZonalShiftCommand,
  ValidationException,
} from "../../../ops/arc/index.ts";
import { balancer, serveArc } from "../../local/arc/fixture.ts";

describe("the zonal shift client with the local stand-in", () => {
  let arc: Awaited<ReturnType<typeof serveArc>>;
  let client: ARCZonalShiftClient;
  beforeEach(async () => {
    arc = await serveArc();
    client = new ARCZonalShiftClient({ region: "ap-southeast-2", endpoint: arc.url });
  });
  afterEach(async () => {
    await client.destroy();
    await arc.close();
  });

  const input = { resourceIdentifier: balancer, awayFrom: "apse2-az2", expiresIn: "1h", comment: "a drill" };
  const start = () => client.send(new StartZonalShiftCommand(input));

  it("starts, updates, lists and cancels a shift", async () => {
    const { $metadata, ...shift } = await start();
    assert.equal($metadata.httpStatusCode, 201);
    assert.equal($metadata.attempts, 1);
    assert.equal(shift.expiryTime.getTime() - shift.startTime.getTime(), 3_600_000);
    const { zonalShiftId } = shift;

    const updated = await client.send(new UpdateZonalShiftCommand({ zonalShiftId, comment: "over soon" }));
    assert.equal(updated.comment, "over soon");

    const { items } = await client.send(
      new ListZonalShiftsCommand({ status: "ACTIVE", resourceIdentifier: balancer, maxResults: 10 }),
    );
    assert.deepEqual(items, [{ ...shift, comment: "over soon", shiftType: "ZONAL_SHIFT" }]);

    const canceled = await client.send(new CancelZonalShiftCommand({ zonalShiftId }));
    assert.equal(canceled.status, "CANCELED");
  });

  it("throws errors that carry the API's name, reason and shift", async () => {
    const { zonalShiftId } = await start();
    await assert.rejects(start(), (error) => {
      assert.ok(error instanceof ConflictException);
      assert.ok(error instanceof ARCZonalShiftServiceException);
      assert.deepEqual([error.reason, error.zonalShiftId], ["ZonalShiftAlreadyExists", zonalShiftId]);
      return error.$fault === "client" && error.$metadata.httpStatusCode === 409;
    });
    const long = client.send(new StartZonalShiftCommand({ ...input, expiresIn: "100h" }));
    await assert.rejects(
      long,
      (error) => error instanceof ValidationException && error.reason === "InvalidExpiresIn",
    );
    const unknown = client.send(new CancelZonalShiftCommand({ zonalShiftId: "0123456789" }));
    await assert.rejects(unknown, ResourceNotFoundException);
    await client.send(new CancelZonalShiftCommand({ zonalShiftId }));
    const ended = client.send(new CancelZonalShiftCommand({ zonalShiftId }));
    await assert.rejects(ended, { name: "ConflictException", reason: "ZonalShiftStatusNotActive" });
  });

  it("sets practice runs and autoshift, and shows what they do", async () => {
    const resourceIdentifier = balancer;
    const alarm = { type: "CLOUDWATCH" as const, alarmIdentifier: "arn:aws:cloudwatch:x:0:alarm:errors" };
    const configuration = { outcomeAlarms: [alarm] };
    const made = await client.send(
      new CreatePracticeRunConfigurationCommand({ resourceIdentifier, ...configuration }),
    );
    assert.equal(made.$metadata.httpStatusCode, 201);
    const changed = await client.send(
      new UpdatePracticeRunConfigurationCommand({ resourceIdentifier, blockedDates: ["2020-12-25"] }),
    );
    assert.deepEqual(changed.practiceRunConfiguration, { ...configuration, blockedDates: ["2020-12-25"] });
    const autoshift = { resourceIdentifier, zonalAutoshiftStatus: "ENABLED" as const };
    await client.send(new UpdateZonalAutoshiftConfigurationCommand(autoshift));

    const run = { resourceIdentifier, awayFrom: "apse2-az2", comment: "practice" };
    const { zonalShiftId, expiryTime, startTime } = await client.send(new StartPracticeRunCommand(run));
    assert.equal(Number(expiryTime) - Number(startTime), 30 * 60_000);
    const shown = await client.send(new GetManagedResourceCommand({ resourceIdentifier }));
    assert.deepEqual(shown.appliedWeights, { "apse2-az1": 1, "apse2-az2": 0, "apse2-az3": 1 });
    assert.deepEqual(
      shown.zonalShifts.map((one) => [one.shiftType, one.practiceRunOutcome, one.startTime instanceof Date]),
      [["PRACTICE_RUN", "PENDING", true]],
    );
    const canceled = await client.send(new CancelPracticeRunCommand({ zonalShiftId }));
    assert.equal(canceled.status, "CANCELED");

    await arc.shifts.change(startAutoshift("apse2-az3"));
    const { items = [] } = await client.send(new ListAutoshiftsCommand({}));
    assert.ok(items[0]?.startTime instanceof Date);
    await arc.shifts.change(endAutoshift());
    const ended = await client.send(new ListAutoshiftsCommand({ status: "COMPLETED", maxResults: 1 }));
    assert.ok(ended.items?.[0]?.endTime instanceof Date);
    const managed = await client.send(new ListManagedResourcesCommand({}));
    const ofBalancer = managed.items.find(({ arn }) => arn === balancer);
    assert.deepEqual(
      [ofBalancer?.practiceRunStatus, ofBalancer?.zonalAutoshiftStatus],
      ["ENABLED", "ENABLED"],
    );

    const status = "ENABLED" as const;
    await client.send(new UpdateAutoshiftObserverNotificationStatusCommand({ status }));
    const observed = await client.send(new GetAutoshiftObserverNotificationStatusCommand({}));
    assert.equal(observed.status, status);
    const disabled = { resourceIdentifier, zonalAutoshiftStatus: "DISABLED" as const };
    await client.send(new UpdateZonalAutoshiftConfigurationCommand(disabled));
    const left = await client.send(new DeletePracticeRunConfigurationCommand({ resourceIdentifier }));
    assert.equal(left.zonalAutoshiftStatus, "DISABLED");
  });

  it("insists on https beyond this machine", () => {
    const make = (endpoint: string) => new ARCZonalShiftClient({ region: "ap-southeast-2", endpoint });
    assert.throws(() => make("http://arc.example.com"), /must be https/);
    assert.ok(make("http://localhost:1"));
    assert.ok(make("https://arc.example.com"));
  });
});
