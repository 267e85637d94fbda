import assert from "node:assert/strict";
import { ZonalShiftCommand } from "../../../ops/arc/commands.ts";
import {
  ARCZonalShiftClient,
  ARCZonalShiftServiceException,
  CancelZonalShiftCommand,
  ConflictException,
  ListZonalShiftsCommand,
  ResourceNotFoundException,
  StartZonalShiftCommand,
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

  it("shows an operation that isn't served by its name", async () => {
    class StartPracticeRunCommand extends ZonalShiftCommand<object, object> {
      override operation() {
        return { method: "POST" as const, path: "/practiceruns", body: this.input };
      }
    }
    await assert.rejects(client.send(new StartPracticeRunCommand({})), (error: Error) => {
      return error.name === "UnknownOperationException" && error.message.includes("StartPracticeRun");
    });
  });

  it("insists on https beyond this machine", () => {
    const make = (endpoint: string) => new ARCZonalShiftClient({ region: "ap-southeast-2", endpoint });
    assert.throws(() => make("http://arc.example.com"), /must be https/);
    assert.ok(make("http://localhost:1"));
    assert.ok(make("https://arc.example.com"));
  });
});
