import assert from "node:assert/strict";
import { get } from "node:http";
import { balancer, cluster, FakeClock, serveArc, signed } from "./fixture.ts";

type Body = Record<string, unknown>;

describe("the zonal shift API on the wire", () => {
  const clock = new FakeClock();
  let arc: Awaited<ReturnType<typeof serveArc>>;
  beforeEach(async () => {
    arc = await serveArc({ clock });
  });
  afterEach(() => arc.close());

  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(arc.url + path, {
      method,
      headers: { ...(await signed(method, arc.url + path, text)), ...headers },
      ...(text === undefined ? {} : { body: text }),
    });
    const error = response.headers.get("x-amzn-errortype");
    return { status: response.status, error, body: (await response.json()) as Body };
  }

  const input = { resourceIdentifier: balancer, awayFrom: "apse2-az3", expiresIn: "30m", comment: "sick" };
  const start = (change: Body = {}) => call("POST", "/zonalshifts", { ...input, ...change });

  it("starts a shift: 201, epoch seconds, zone weight 0", async () => {
    const { status, body } = await start();
    assert.equal(status, 201);
    const now = clock.now() / 1000;
    const { zonalShiftId, ...rest } = body;
    assert.match(String(zonalShiftId), /^[A-Za-z0-9-]{6,36}$/);
    assert.deepEqual(rest, {
      resourceIdentifier: balancer,
      awayFrom: "apse2-az3",
      startTime: now,
      expiryTime: now + 1800,
      status: "ACTIVE",
      comment: "sick",
    });
    assert.deepEqual(arc.shifts.weights()[balancer], {
      "ap-southeast-2a": 1,
      "ap-southeast-2b": 1,
      "ap-southeast-2c": 0,
    });
    assert.ok(Object.values(arc.shifts.weights()[cluster] ?? {}).every((weight) => weight === 1));
  });

  const wrong: [what: string, change: Body, reason?: string][] = [
    ["100 hours", { expiresIn: "100h" }, "InvalidExpiresIn"],
    ["a minute over 72 hours", { expiresIn: "4321m" }, "InvalidExpiresIn"],
    ["no time at all", { expiresIn: "0m" }, "InvalidExpiresIn"],
    ["seconds", { expiresIn: "90s" }, "InvalidExpiresIn"],
    ["a time with a line break", { expiresIn: "30m\n" }, "InvalidExpiresIn"],
    ["a number for a time", { expiresIn: 30 }, "InvalidExpiresIn"],
    ["a zone's name for its id", { awayFrom: "ap-southeast-2c" }, "InvalidAz"],
    ["a zone of elsewhere", { awayFrom: "use1-az1" }, "InvalidAz"],
    ["a name for an ARN", { resourceIdentifier: "public-balancer" }, "InvalidResourceIdentifier"],
    ["no zone", { awayFrom: undefined }, "MissingValue"],
    ["no comment", { comment: undefined }, "MissingValue"],
    ["a long comment", { comment: "x".repeat(129) }],
  ];
  for (const [what, change, reason] of wrong) {
    it(`refuses ${what}`, async () => {
      const { status, error, body } = await start(change);
      assert.deepEqual([status, error, body.reason], [400, "ValidationException", reason]);
      assert.match(String(body.message), new RegExp(Object.keys(change)[0] ?? ""));
      assert.equal(arc.shifts.list().length, 0);
    });
  }

  it("takes the limits themselves", async () => {
    assert.equal((await start({ expiresIn: "1m", comment: "é".repeat(128) })).status, 201);
    assert.equal((await start({ resourceIdentifier: cluster, expiresIn: "4320m", comment: "" })).status, 201);
  });

  it("refuses an unknown resource", async () => {
    const { status, error } = await start({ resourceIdentifier: `${balancer}0` });
    assert.deepEqual([status, error], [404, "ResourceNotFoundException"]);
  });

  it("refuses a second shift on a resource and names the first", async () => {
    const first = await start();
    const second = await start({ awayFrom: "apse2-az1" });
    assert.deepEqual([second.status, second.error], [409, "ConflictException"]);
    assert.equal(second.body.reason, "ZonalShiftAlreadyExists");
    assert.equal(second.body.zonalShiftId, first.body.zonalShiftId);
  });

  it("starts one of many shifts that are asked for at once", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => start()));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.equal(answers.filter(({ status }) => status === 409).length, 19);
  });

  it("updates, cancels, and then takes neither", async () => {
    const path = `/zonalshifts/${(await start()).body.zonalShiftId}`;
    clock.advance(600_000);
    const updated = await call("PATCH", path, { expiresIn: "1h" });
    assert.equal(updated.status, 200);
    assert.equal(updated.body.expiryTime, clock.now() / 1000 + 3600);
    assert.equal(updated.body.comment, "sick");
    assert.equal((await call("PATCH", path, { comment: "worse" })).body.expiryTime, updated.body.expiryTime);
    assert.equal((await call("PATCH", path, { expiresIn: "73h" })).body.reason, "InvalidExpiresIn");
    const canceled = await call("DELETE", path);
    assert.deepEqual([canceled.status, canceled.body.status], [200, "CANCELED"]);
    for (const method of ["PATCH", "DELETE"]) {
      const again = await call(method, path, method === "PATCH" ? {} : undefined);
      assert.deepEqual([again.status, again.body.reason], [409, "ZonalShiftStatusNotActive"]);
    }
  });

  it("knows no shift of another id", async () => {
    assert.equal((await call("DELETE", "/zonalshifts/0123456789")).error, "ResourceNotFoundException");
    assert.equal((await call("DELETE", "/zonalshifts/%2e%2e%2fx")).error, "ValidationException");
  });

  it("lists by status and resource, the newest first, in pages", async () => {
    for (let index = 0; index < 5; index += 1) {
      await start({ comment: String(index) });
      clock.advance(1_800_000);
    }
    await start({ resourceIdentifier: cluster, comment: "5" });
    const expired = (await call("GET", "/zonalshifts?status=EXPIRED")).body.items as Body[];
    assert.deepEqual(
      expired.map(({ comment }) => comment),
      ["4", "3", "2", "1", "0"],
    );
    assert.equal(expired[0]?.shiftType, "ZONAL_SHIFT");
    const encoded = encodeURIComponent(cluster);
    const ofCluster = (await call("GET", `/zonalshifts?resourceIdentifier=${encoded}`)).body.items as Body[];
    assert.deepEqual(
      ofCluster.map(({ comment }) => comment),
      ["5"],
    );

    const seen: unknown[] = [];
    for (let query = "?maxResults=2"; query; ) {
      const { body } = await call("GET", `/zonalshifts${query}`);
      seen.push(...(body.items as Body[]).map(({ comment }) => comment));
      query = body.nextToken ? `?maxResults=2&nextToken=${body.nextToken}` : "";
    }
    assert.deepEqual(seen, ["5", "4", "3", "2", "1", "0"]);
  });

  it("refuses what no list takes", async () => {
    const reasons: unknown[] = [];
    for (const query of [
      "status=DONE",
      "nextToken=x",
      "resourceIdentifier=public",
      "maxResults=0",
      "maxResults=101",
    ]) {
      const { error, body } = await call("GET", `/zonalshifts?${query}`);
      assert.equal(error, "ValidationException", query);
      reasons.push(body.reason);
    }
    assert.deepEqual(reasons.slice(0, 3), ["InvalidStatus", "InvalidToken", "InvalidResourceIdentifier"]);
  });

  it("shows managed resources with weights and the applied shift", async () => {
    await start();
    const { body } = await call("GET", `/managedresources/${encodeURIComponent(balancer)}`);
    assert.equal(body.arn, balancer);
    assert.equal(body.name, "public");
    assert.deepEqual(body.appliedWeights, { "apse2-az1": 1, "apse2-az2": 1, "apse2-az3": 0 });
    const [shift] = body.zonalShifts as Body[];
    assert.equal(shift?.appliedStatus, "APPLIED");
    assert.ok(shift && !("status" in shift));
    const { items } = (await call("GET", "/managedresources")).body as { items: Body[] };
    assert.deepEqual(items.map(({ name }) => name).sort(), ["public", "trizone"]);
    assert.deepEqual(items[0]?.availabilityZones, ["apse2-az1", "apse2-az2", "apse2-az3"]);
  });

  it("refuses broken, wrong and large bodies", async () => {
    for (const body of [
      "{",
      "[]",
      "null",
      '"x"',
      JSON.stringify({ ...input, comment: "x".repeat(100_000) }),
    ]) {
      const answer = await call("POST", "/zonalshifts", body);
      assert.deepEqual([answer.status, answer.error], [400, "ValidationException"], body.slice(0, 20));
    }
    const chunks = new ReadableStream({
      start(controller) {
        for (let count = 0; count < 40; count += 1) controller.enqueue(new Uint8Array(1024));
        controller.close();
      },
    });
    const response = await fetch(`${arc.url}/zonalshifts`, {
      method: "POST",
      headers: await signed("POST", `${arc.url}/zonalshifts`),
      body: chunks,
      duplex: "half",
    } as RequestInit);
    assert.equal(response.headers.get("x-amzn-errortype"), "ValidationException");
  });

  it("refuses requests that are not signed for it", async () => {
    const errors: unknown[] = [];
    const { authorization = "" } = await signed("GET", `${arc.url}/zonalshifts`);
    const others = [
      "",
      "Bearer x",
      authorization.replace("Signature=", "S="),
      authorization.replace("arc-zonal-shift", "s3"),
      authorization.replace("LOOPBACK", "AKIDEXAMPLE"),
      authorization.replace(/Signature=.*/, `Signature=${"0".repeat(64)}`),
      authorization.replace("host;", ""),
    ];
    for (const header of others) {
      const { status, error } = await call("GET", "/zonalshifts", undefined, { authorization: header });
      assert.equal(status, 403);
      errors.push(error);
    }
    assert.deepEqual(errors, [
      "MissingAuthenticationTokenException",
      "IncompleteSignatureException",
      "IncompleteSignatureException",
      "InvalidSignatureException",
      "UnrecognizedClientException",
      "InvalidSignatureException",
      "InvalidSignatureException",
    ]);
  });

  it("refuses a signature that is another request's, or too old", async () => {
    const path = `/managedresources/${encodeURIComponent(balancer)}`;
    const headers = await signed("GET", arc.url + path);
    const refused = async (method: string, path: string, headers: Record<string, string>, body?: string) => {
      const { status, error } = await call(method, path, body, headers);
      assert.deepEqual([status, error], [403, "InvalidSignatureException"], `${method} ${path}`);
    };
    assert.equal((await call("GET", path, undefined, headers)).status, 200);
    await refused("DELETE", path, headers);
    await refused("GET", `/managedresources/${encodeURIComponent(cluster)}`, headers);
    await refused("GET", `${path}?maxResults=1`, headers);
    const text = JSON.stringify(input);
    const { "content-type": _, ...posted } = await signed("POST", `${arc.url}/zonalshifts`, text);
    await refused("POST", "/zonalshifts", posted, text.replace("az3", "az1"));
    await refused(
      "GET",
      path,
      await signed("GET", arc.url + path, undefined, new Date(Date.now() - 400_000)),
    );
    // Encoded once in what is signed, as for S3.
    const once = new URL(arc.url + path);
    await refused("GET", path, await signed("GET", `${once.origin}${decodeURIComponent(path)}`));
  });

  it("takes nothing that a web page makes a browser send", async () => {
    const path = "/zonalshifts";
    for (const headers of [
      { origin: "http://example.com" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
    ] as Record<string, string>[]) {
      const { status, error } = await call("POST", path, input, headers);
      assert.deepEqual([status, error], [403, "AccessDeniedException"], JSON.stringify(headers));
    }
    const { port } = new URL(arc.url);
    const status = await new Promise((resolve, reject) => {
      const headers = { host: `rebound.example:${port}` };
      get({ port, host: "127.0.0.1", path, headers }, ({ statusCode }) => resolve(statusCode)).on(
        "error",
        reject,
      );
    });
    assert.equal(status, 403);
    assert.equal(arc.shifts.list().length, 0);
  });

  it("says that it has no such operation, and how an ARN is written in a path", async () => {
    const { status, error, body } = await call("GET", `/managedresources/${balancer}`);
    assert.deepEqual([status, error], [404, "UnknownOperationException"]);
    assert.match(String(body.message), /percent-encoded/);
  });

  it("answers a failing disk with an error and starts nothing", async () => {
    const { rmSync } = await import("node:fs");
    const { dirname } = await import("node:path");
    rmSync(dirname(arc.file), { recursive: true });
    const { status, error } = await start();
    assert.deepEqual([status, error], [500, "InternalServerException"]);
    assert.equal(arc.shifts.list().length, 0);
  });
});
