import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DecisionPage,
  GuardNow,
  ShiftList,
  ZonesHistory,
  ZonesNow,
} from "../../../services/guard/schemas.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { freePort } from "../../support/postgres.ts";
import { eventually, RESOURCES, StandInPods, startArc, startSupervisor, ZONES } from "./stand-ins.ts";

const OLIVIA = { "x-user-id": "olivia-id", "x-user-name": "olivia" };
const B = "ap-southeast-2b";

interface Decision {
  kind: string;
  zone: string | null;
  reason: string;
  text: string;
  at: string;
  evidence: { findings?: { service: string }[]; user?: string };
}

describe("the guard's service, with stand-ins for the laptop's supervisor and ARC", function () {
  this.timeout(120_000);
  let folder: string;
  let pods: StandInPods;
  let supervisor: Awaited<ReturnType<typeof startSupervisor>>;
  let arc: Awaited<ReturnType<typeof startArc>>;
  let guards: Record<string, RunningPod> = {};
  /** The status that ARC answers everything with; undefined where it works. */
  let arcFails: number | undefined;

  const start = async (letter: string, more: Record<string, string> = {}) => {
    guards[letter] = await startPod("guard", {
      // The other guards are told it.
      HTTP_PORT: String(await freePort()),
      ...{ POD_NAME: `guard-${letter}`, ZONE: `ap-southeast-2${letter}`, REGION: "ap-southeast-2" },
      SIGNALS_URL: `supervisor+${supervisor.url}`,
      KUBERNETES_API: supervisor.url,
      ...{
        ZONES: JSON.stringify(ZONES),
        SERVICES: '["gateway","trading"]',
        CALLS: '{"gateway":["trading"]}',
      },
      ...{ ARC_ENDPOINT: arc.url, SHIFT_RESOURCES: JSON.stringify(RESOURCES) },
      ...more,
    });
    return guards[letter];
  };
  const get = async <Body>(path: string, letter = Object.keys(guards)[0] as string): Promise<Body> => {
    const response = await fetch(`${guards[letter]?.url}/api/operations${path}`, { headers: OLIVIA });
    assert.equal(response.status, 200, path);
    return (await response.json()) as Body;
  };
  const post = (path: string, body: object, method = "POST") =>
    fetch(`${Object.values(guards)[0]?.url}/api/operations${path}`, {
      method,
      headers: { ...OLIVIA, "content-type": "application/json" },
      ...(method === "POST" && { body: JSON.stringify(body) }),
    });
  const decisions = async () => (await get<{ decisions: Decision[] }>("/decisions")).decisions;
  const active = () => arc.shifts.list().filter(({ resource }) => arc.shifts.active(resource));
  const sees = (kind: string, reason?: string, timeoutMs = 30_000) =>
    eventually(
      async () => (await decisions()).find((one) => one.kind === kind && (!reason || one.reason === reason)),
      `a decision ${kind} ${reason ?? ""}`,
      timeoutMs,
    );
  const ready = () =>
    eventually(
      async () => ((await get<{ active: boolean }>("/guard")).active ? true : undefined),
      "a guard that acts",
    );

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "guard-"));
    arcFails = undefined;
    guards = {};
    pods = new StandInPods();
    await pods.start();
    supervisor = await startSupervisor(pods);
    arc = await startArc(join(folder, "arc.json"), () =>
      arcFails ? new Response(null, { status: arcFails }) : undefined,
    );
  });
  afterEach(async () => {
    await Promise.all(Object.values(guards).map((guard) => guard.stop()));
    await Promise.all([supervisor.close(), arc.close(), pods.close()]);
    await rm(folder, { recursive: true });
  });

  const settle = () => new Promise((resolve) => setTimeout(resolve, 6000));

  it("shifts a zone of 5 % errors away by all three resources, and cancels after it is healed", async () => {
    await start("a");
    await ready();
    await settle();
    pods.behaviour.set(B, { errorShare: 0.05, latency: 0.008 });
    const { zone, evidence, text } = await sees("shift");
    assert.equal(zone, B);
    const [, share] = /(\d+(?:\.\d)?) % errors, elsewhere 0 %/.exec(text) ?? [];
    // Of the last ten seconds, of which the first may be from before the fault.
    assert.ok(Number(share) >= 1 && Number(share) <= 8, text);
    assert.ok((evidence.findings?.length ?? 0) > 0);
    assert.deepEqual(new Set(active().map(({ awayFrom }) => awayFrom)), new Set(["apse2-az2"]));
    assert.equal(active().length, 3);
    const { zones } = await get<{ zones: { zone: string; state: string; utilisation: number }[] }>("/zones");
    assert.equal(zones.find((one) => one.zone === B)?.state, "shifted");
    // The stand-ins use hundredths of a core.
    for (const { utilisation } of zones) assert.ok(utilisation > 0 && utilisation < 0.1, `${utilisation}`);
    pods.behaviour.set(B, { errorShare: 0, latency: 0.008 });
    const healedAt = Date.now();
    const cancelled = await sees("cancel", "done", 70_000);
    assert.ok(Date.parse(cancelled.at) - healedAt <= 60_000);
    assert.equal(active().length, 0);
  });

  /** Resolves once the guard says that it can't use ARC, with what it says. */
  const arcProblem = () =>
    eventually(async () => {
      const { arc } = await get<{ arc: { ok: boolean; detail: string } }>("/guard");
      return arc.ok ? undefined : arc.detail;
    }, "a guard that says that ARC fails");

  for (const status of [500, 409]) {
    it(`goes on when ARC answers ${status}, says so, and shifts once ARC answers again`, async () => {
      await start("a");
      await ready();
      await settle();
      arcFails = status;
      pods.behaviour.set(B, { errorShare: 0.1, latency: 0.008 });
      assert.match(await arcProblem(), /on purpose/);
      arcFails = undefined;
      await sees("shift", "done");
    });
  }

  it("goes on without AWS's credentials, says so, and does nothing", async () => {
    await start("a", {
      ...{ ARC_ENDPOINT: "https://arc.invalid", MODE: "act" },
      ...{
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_CONFIG_FILE: "/none",
        AWS_SHARED_CREDENTIALS_FILE: "/none",
      },
    });
    await ready();
    assert.match(await arcProblem(), /credentials/i);
    pods.behaviour.set(B, { errorShare: 0.1, latency: 0.008 });
    await settle();
    const { source } = await get<{ source: { ok: boolean } }>("/guard");
    assert.equal(source.ok, true);
    assert.deepEqual(await decisions(), []);
  });

  it("has the database's primary leave a zone that it shifted away from", async () => {
    supervisor.movePrimary(B);
    await start("a");
    await ready();
    await settle();
    pods.behaviour.set(B, { errorShare: 0.1, latency: 0.008 });
    await sees("failover", "done");
    assert.deepEqual(supervisor.calls, [{ path: "/database/failover", body: undefined }]);
    await settle();
    assert.equal(supervisor.calls.length, 1);
  });

  it("never shifts on garbage, restarts, or a source that is away, and says each", async () => {
    const guard = await start("a");
    await ready();
    await settle();
    pods.behaviour.set(B, { errorShare: 0.5, latency: 1, garbage: "<html>it works</html>" });
    const detail = async () => (await get<{ source: { detail: string; ok: boolean } }>("/guard")).source;
    await eventually(
      async () => (/garbage/.test((await detail()).detail) ? true : undefined),
      "garbage said",
    );
    pods.behaviour.set(B, { errorShare: 0, latency: 0.008 });
    pods.reset(B);
    supervisor.breakDown(true);
    await eventually(async () => ((await detail()).ok ? undefined : true), "the source's failure said");
    supervisor.breakDown(false);
    await eventually(async () => ((await detail()).ok ? true : undefined), "the source back");
    await eventually(async () => {
      const metrics = await (await fetch(`${guard.admin}/metrics`)).text();
      return /guard_data_errors_total\{kind="reset"[^}]*\} [1-9]/.test(metrics) ? true : undefined;
    }, "resets counted");
    assert.deepEqual(active(), []);
    assert.equal((await decisions()).filter(({ kind }) => kind === "shift").length, 0);
  });

  it("leaves the judging of its own zone to another guard, which acts", async () => {
    await start("b");
    await ready();
    await start("c");
    await settle();
    pods.behaviour.set(B, { errorShare: 0.1, latency: 0.008 });
    await sees("shift", "done");
    const views = await Promise.all(
      ["b", "c"].map(async (letter) => {
        const headers = { ...OLIVIA, "x-guard-forwarded": "1" };
        const response = await fetch(`${guards[letter]?.url}/api/operations/guard`, { headers });
        return ((await response.json()) as { active: boolean }).active;
      }),
    );
    assert.deepEqual(views, [false, true]);
    assert.equal(active().length, 3);
  });

  it("only says what it would do in mode recommend", async () => {
    await start("a", { MODE: "recommend" });
    await ready();
    await settle();
    pods.behaviour.set(B, { errorShare: 0.1, latency: 0.008 });
    const { text } = await sees("shift", "recommend");
    assert.match(text, /^Recommended only/);
    assert.deepEqual(active(), []);
  });

  it("serves operators: shifts by hand, history, faults on a laptop, each audited", async () => {
    await start("a");
    await ready();
    const shifted = await post("/shifts", { zone: "c", expiresIn: "30m", comment: "by hand" });
    assert.equal(shifted.status, 201);
    const { shifts } = (await shifted.json()) as {
      shifts: { id: string; by: string; resources: string[] }[];
    };
    assert.equal(shifts[0]?.by, "operator");
    assert.deepEqual(shifts[0]?.resources.sort(), ["cluster", "internal", "public"]);
    assert.equal((await post("/shifts", { zone: "b", expiresIn: "30m", comment: "another" })).status, 409);
    assert.equal((await post("/shifts", { zone: "d", expiresIn: "30m", comment: "none" })).status, 404);
    assert.equal((await post("/shifts", { zone: "b", expiresIn: "soon", comment: "" })).status, 422);
    assert.equal((await post(`/shifts/${shifts[0]?.id}`, {}, "DELETE")).status, 200);
    assert.deepEqual(active(), []);
    assert.equal((await post("/zones/b/faults", { action: "slow", ms: 300 })).status, 200);
    assert.deepEqual(supervisor.calls, [{ path: `/zones/${B}/slow`, body: { ms: 300 } }]);
    const kept = (await decisions()).filter(({ kind }) => kind === "operator");
    assert.deepEqual(kept.map(({ reason }) => reason).sort(), ["cancel", "shift", "slow"]);
    assert.ok(kept.every(({ evidence }) => evidence.user === "olivia-id"));
    const history = await eventually(async () => {
      const body = await get<{ seconds: number[]; zones: Record<string, { requests: number[] }> }>(
        "/zones/history?seconds=5",
      );
      return body.seconds.length === 5 ? body : undefined;
    }, "five seconds of history");
    assert.equal(history.zones[B]?.requests.length, 5);
    const answers = {
      ...{ "/zones": ZonesNow, "/guard": GuardNow, "/shifts": ShiftList },
      ...{ "/decisions?limit=5": DecisionPage, "/zones/history": ZonesHistory },
    };
    const { zones } = await get<ZonesNow>("/zones");
    assert.deepEqual(
      zones.map(({ databaseRole }) => databaseRole),
      ["primary", "standby", null],
    );
    for (const { weights } of zones) assert.deepEqual(weights, { public: 0.333, internal: 0.333 });
    for (const [path, schema] of Object.entries(answers)) {
      const shown = await get<unknown>(path);
      assert.deepEqual(schema.parse(shown), shown, `${path} is what its document says`);
    }
    const malformed = ["/decisions?limit=0", "/zones/history?seconds=901", "/decisions?page=2"];
    for (const path of malformed)
      assert.equal((await fetch(`${guards.a?.url}/api/operations${path}`, { headers: OLIVIA })).status, 400);
  });

  it("answers 501 for what only a laptop can do", async () => {
    const [prometheus, kubernetes] = ["prometheus+http://127.0.0.1:9", supervisor.url];
    await start("a", { SIGNALS_URL: prometheus, KUBERNETES_API: kubernetes });
    const answers = await Promise.all([
      post("/zones/b/faults", { action: "heal" }),
      post("/database/failover", {}),
      post("/drills", { scenario: "gray-errors" }),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [501, 501, 501],
    );
    const { source } = await get<{ source: { ok: boolean; kind: string } }>("/guard");
    assert.deepEqual({ ...source, detail: "" }, { kind: "prometheus", ok: false, detail: "" });
  });
});
