import assert from "node:assert/strict";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request as open,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import {
  ARCZonalShiftClient,
  CancelPracticeRunCommand,
  CancelZonalShiftCommand,
  CreatePracticeRunConfigurationCommand,
  ListZonalShiftsCommand,
  NoAnswerError,
  StartPracticeRunCommand,
  StartZonalShiftCommand,
} from "../../../ops/arc/index.ts";
import { backOff } from "../../../ops/arc/transport.ts";
import { balancer, serveArc } from "../../local/arc/fixture.ts";

type Fault = (request: IncomingMessage, response: ServerResponse, upstream: () => Promise<void>) => void;

const reset: Fault = (request) => request.socket.destroy();
const lostAnswer: Fault = (request, _response, upstream) =>
  void upstream().then(() => request.socket.destroy());
const silence: Fault = () => undefined;
const answer =
  (status: number, name: string): Fault =>
  (_request, response) =>
    response.writeHead(status, { "x-amzn-errortype": name }).end('{"message":"no"}');
const notJson: Fault = (_request, response) => response.end("<html>");

describe("retries of the zonal shift client", () => {
  let arc: Awaited<ReturnType<typeof serveArc>>;
  let proxy: Server;
  let client: ARCZonalShiftClient;
  /** What happens to the next requests, in order; then they go through. */
  let faults: Fault[];
  let requests: number;

  beforeEach(async () => {
    arc = await serveArc();
    faults = [];
    requests = 0;
    proxy = createServer((request, response) => {
      requests += 1;
      const upstream = () => forward(arc.url, request, response);
      const fault = faults.shift();
      if (fault) fault(request, response, upstream);
      else void upstream();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    client = new ARCZonalShiftClient({ region: "ap-southeast-2", endpoint, requestTimeout: 5_000 });
  });
  afterEach(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await client.destroy();
    await arc.close();
  });

  const list = () => client.send(new ListZonalShiftsCommand({}));
  const start = (comment = "once") =>
    client.send(
      new StartZonalShiftCommand({
        resourceIdentifier: balancer,
        awayFrom: "apse2-az1",
        expiresIn: "5m",
        comment,
      }),
    );

  for (const [what, fault] of [
    ["a reset", reset],
    ["throttling", answer(429, "ThrottlingException")],
    ["a server error", answer(500, "InternalServerException:http://internal.amazon.com/")],
    ["a proxy's error", answer(503, "")],
    ["an answer that isn't JSON", notJson],
  ] as const) {
    it(`gets over ${what}`, async () => {
      faults = [fault, fault];
      assert.equal((await list()).$metadata.attempts, 3);
      faults = [fault, fault, fault];
      await assert.rejects(list());
    });
  }

  it("gets over a timeout", async () => {
    const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const hasty = new ARCZonalShiftClient({
      region: "ap-southeast-2",
      endpoint,
      requestTimeout: 500,
      maxAttempts: 2,
    });
    faults = [silence];
    assert.equal((await hasty.send(new ListZonalShiftsCommand({}))).$metadata.attempts, 2);
    faults = [silence, silence];
    await assert.rejects(hasty.send(new ListZonalShiftsCommand({})), /no answer within 500 ms/);
    await hasty.destroy();
  });

  it("doesn't repeat what is refused", async () => {
    faults = [answer(403, "AccessDeniedException")];
    await assert.rejects(list(), { name: "AccessDeniedException" });
    assert.equal(requests, 1);
  });

  it("knows its own shift again when the answer to the start was lost", async () => {
    faults = [lostAnswer];
    const shift = await start();
    assert.equal(shift.status, "ACTIVE");
    assert.deepEqual(
      arc.shifts.list().map(({ id }) => id),
      [shift.zonalShiftId],
    );
  });

  it("knows its own practice run again when the answer to the start was lost", async () => {
    const alarm = { type: "CLOUDWATCH" as const, alarmIdentifier: "arn:aws:cloudwatch:x:0:alarm:errors" };
    const resourceIdentifier = balancer;
    await client.send(
      new CreatePracticeRunConfigurationCommand({ resourceIdentifier, outcomeAlarms: [alarm] }),
    );
    faults = [lostAnswer];
    const run = { resourceIdentifier, awayFrom: "apse2-az1", comment: "practice" };
    const { zonalShiftId } = await client.send(new StartPracticeRunCommand(run));
    assert.deepEqual(
      arc.shifts.list().map(({ id }) => id),
      [zonalShiftId],
    );
    faults = [lostAnswer];
    const canceled = await client.send(new CancelPracticeRunCommand({ zonalShiftId }));
    assert.equal(canceled.status, "CANCELED");
  });

  it("doesn't take another's shift for its own", async () => {
    await start("another's");
    faults = [reset];
    await assert.rejects(start("mine"), { name: "ConflictException", reason: "ZonalShiftAlreadyExists" });
  });

  it("knows that the shift is cancelled when the answer to that was lost", async () => {
    const { zonalShiftId } = await start();
    faults = [lostAnswer];
    const canceled = await client.send(new CancelZonalShiftCommand({ zonalShiftId }));
    assert.equal(canceled.status, "CANCELED");
  });

  it("says what can't be reached and what to look at", async () => {
    proxy.close();
    proxy.closeAllConnections();
    await assert.rejects(list(), (error) => {
      assert.ok(error instanceof NoAnswerError);
      return /ARC at http:\/\/127\.0\.0\.1:\d+ can't be reached: .*ECONNREFUSED.*platform up/.test(
        error.message,
      );
    });
  });

  it("ends at once when it is aborted", async () => {
    faults = [silence];
    const abort = new AbortController();
    proxy.once("request", () => abort.abort(new Error("enough")));
    await assert.rejects(
      client.send(new ListZonalShiftsCommand({}), { abortSignal: abort.signal }),
      /enough/,
    );
    assert.equal(requests, 1);
  });

  it("waits a random time below a doubling bound", () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const wait = backOff(attempt, () => random);
          assert.ok(wait >= 0 && wait <= Math.min(5_000, 100 * 2 ** attempt));
        },
      ),
    );
  });
});

/** Passes a request on as it is, Host and all: they are signed. */
async function forward(origin: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = "/", headers } = incoming;
  const outgoing = open(origin + url, { method, headers });
  incoming.pipe(outgoing);
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
}
