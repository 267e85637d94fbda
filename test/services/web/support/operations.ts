import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { components } from "../../../../services/web/page/src/api/schema.d.ts";
import { pageFor } from "./page-of.ts";

const ZONES = ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"];
const SERVICES = ["web", "gateway", "trading", "transactions", "portfolio", "market-data", "news"];
const SECONDS = 300;
const MEASURED = { errorShare: 0.083, othersErrorShare: 0.002, p99Ms: 812, othersP99Ms: 41, z: 7.2 };

type Schemas = components["schemas"];

/** An answer as the document has it: the stand-in can't drift from the guard, or from news. */
const as = <Name extends keyof Schemas>(answer: Schemas[Name]): Schemas[Name] => answer;

/** Stands in for the operators' API: zones whose figures follow the faults, shifts, decisions and drills, in memory. */
export class StandInOperations {
  readonly faults = new Map<string, string[]>();
  readonly shifts: Schemas["Shift"][] = [];
  readonly decisions: Schemas["Decision"][] = [];
  readonly drills: Schemas["Drill"][] = [];
  /** Changing requests, as `METHOD path`. */
  readonly changes: string[] = [];
  primary = ZONES[0] as string;
  /** Who calls. */
  operator = "ops";
  /** A laptop injects faults; AWS answers 501. */
  laptop = true;

  constructor() {
    this.reset();
  }

  reset(): void {
    this.faults.clear();
    this.primary = ZONES[0] as string;
    this.laptop = true;
    for (const list of [this.shifts, this.decisions, this.drills, this.changes]) list.length = 0;
    this.#decide(
      "refuse",
      "ap-southeast-2b",
      "one pod is bad",
      "Not shifted: only pod trading-2 is slow, so the zone is not to blame.",
    );
  }

  /** Keeps what an operator did, as the guard does: who it was stands before it, and in the evidence. */
  #audit(zone: string | null, reason: string, text: string): void {
    const { operator: name } = this;
    const evidence = { user: `id-of-${name}`, name };
    this.#decide("operator", zone, reason, `${name}: ${text}`, evidence);
  }

  #decide(
    kind: Schemas["Decision"]["kind"],
    zone: string | null,
    reason: string,
    text: string,
    evidence: Record<string, unknown> = MEASURED,
  ): void {
    this.decisions.unshift({
      id: String(this.decisions.length + 1),
      at: new Date().toISOString(),
      kind,
      zone,
      reason,
      text,
      evidence,
    });
  }

  #state(zone: string): Schemas["Zone"]["state"] {
    if (this.shifts.some((shift) => shift.zone === zone && shift.status === "ACTIVE")) return "shifted";
    return this.faults.get(zone)?.length ? "sick" : "healthy";
  }

  #zones(): Schemas["ZonesNow"] {
    const zones = ZONES.map((zone, i) => {
      const faults = this.faults.get(zone) ?? [];
      const state = this.#state(zone);
      const bad = faults.length > 0;
      const numbers = {
        requestsPerSecond: state === "shifted" ? 0 : 41 + i,
        errorShare: bad ? 0.12 : 0.001,
        p99Ms: bad ? 640 : 38 + i,
      };
      return {
        zone,
        letter: zone.at(-1) ?? "",
        id: `apse2-az${i + 1}`,
        state,
        ...numbers,
        p50Ms: bad ? 310 : 6,
        pods: SERVICES.map((service) => ({
          name: `${service}-7d9f-${i}`,
          service,
          ready: !faults.includes("killed"),
          ...numbers,
        })),
        faults,
        utilisation: bad ? 0.6 : 0.2,
        databaseRole: zone === this.primary ? ("primary" as const) : i === 1 ? ("standby" as const) : null,
        weights: { public: state === "shifted" ? 0 : 1 / 3, internal: state === "shifted" ? 0 : 1 / 3 },
      };
    });
    return { at: new Date().toISOString(), mode: "act", zones };
  }

  #history(): Schemas["ZonesHistory"] {
    const end = Math.floor(Date.now() / 1000);
    const seconds = Array.from({ length: SECONDS }, (_, i) => end - SECONDS + i);
    const wave = (i: number, size: number) => size * (1 + 0.2 * Math.sin(i / 9));
    const zones = Object.fromEntries(
      ZONES.map((zone, z) => [
        zone,
        {
          requests: seconds.map((_, i) => wave(i + z * 20, 40)),
          errors: seconds.map((_, i) => (this.faults.get(zone)?.length && i > 250 ? 5 : 0)),
          p50Ms: seconds.map((_, i) => (i === 100 ? null : wave(i, 6))),
          p99Ms: seconds.map((_, i) =>
            i === 100 ? null : wave(i, this.faults.get(zone)?.length && i > 250 ? 600 : 40),
          ),
        },
      ]),
    );
    return { seconds, zones };
  }

  routes(): Hono {
    const app = new Hono();
    const base = "/api/operations";
    const onLaptop = () =>
      this.laptop ? undefined : { status: 501, title: "Not Implemented", detail: "Only on a laptop." };
    app.use(`${base}/*`, async (c, next) => {
      if (c.req.method !== "GET") this.changes.push(`${c.req.method} ${c.req.path.slice(base.length)}`);
      return next();
    });
    app.get(`${base}/zones`, (c) => c.json(this.#zones()));
    app.get(`${base}/zones/history`, (c) => c.json(this.#history()));
    app.get(`${base}/guard`, (c) =>
      c.json(
        as<"GuardNow">({
          ...{ mode: "act", active: true, zone: "ap-southeast-2c", pod: "guard-1" },
          source: { kind: "supervisor", ok: true, detail: "3 zones" },
          arc: { ok: true, detail: "answers" },
          lease: { ok: true, detail: "kept" },
        }),
      ),
    );
    app.get(`${base}/decisions`, (c) => {
      const { items, nextCursor } = pageFor(c, this.decisions, ({ id }) => id, "before");
      return c.json(as<"DecisionPage">({ decisions: items, next: nextCursor }));
    });
    app.get(`${base}/shifts`, (c) => c.json(as<"ShiftList">({ shifts: this.shifts })));
    app.post(`${base}/shifts`, async (c) => {
      const { zone, expiresIn, comment } = await c.req.json();
      const minutes = Number.parseInt(expiresIn, 10);
      const now = Date.now();
      this.shifts.unshift({
        id: randomUUID(),
        zone,
        comment,
        resources: ["public", "internal"],
        status: "ACTIVE",
        startTime: new Date(now).toISOString(),
        expiryTime: new Date(now + minutes * 60_000).toISOString(),
        by: "operator",
      });
      this.#audit(zone, "shift", `Shifted away for ${expiresIn}: ${comment}`);
      return c.json(as<"ShiftList">({ shifts: this.shifts }), 201);
    });
    app.delete(`${base}/shifts/:id`, (c) => {
      const shift = this.shifts.find(({ id }) => id === c.req.param("id"));
      if (!shift) return c.json({ status: 404, detail: "There is no such shift." }, 404);
      shift.status = "CANCELED";
      this.#audit(shift.zone, "cancel", `Cancelled the shift: ${shift.comment}`);
      return c.json(as<"ShiftList">({ shifts: this.shifts }));
    });
    app.post(`${base}/zones/:zone/faults`, async (c) => {
      const refusal = onLaptop();
      if (refusal) return c.json(refusal, 501);
      const { action, ms, share } = await c.req.json();
      const zone = c.req.param("zone");
      const words: Record<string, string> = {
        kill: "killed",
        freeze: "frozen",
        slow: `slow ${ms} ms`,
        errors: `errors ${share * 100}%`,
        cut: "cut off",
      };
      this.faults.set(zone, action === "heal" ? [] : [words[action] ?? action]);
      this.#audit(zone, action, words[action] ?? action);
      return c.json(this.#zones());
    });
    app.post(`${base}/database/failover`, (c) => {
      this.primary = ZONES[1] as string;
      this.#audit(null, "failover", "failed the database over");
      return c.json(as<"FailoverAccepted">({}), 202);
    });
    app.get(`${base}/drills`, (c) => {
      const scenarios = [
        { name: "zone-loss", description: "All pods of a zone are killed at once." },
        { name: "gray-failure", description: "A zone answers slowly, and only the guard can see it." },
      ];
      return c.json(as<"DrillList">({ scenarios, drills: this.drills }));
    });
    app.post(`${base}/drills`, async (c) => {
      const { scenario, zone = null } = await c.req.json();
      this.#audit(zone, "drill", `started drill ${scenario}`);
      const drill: Schemas["Drill"] = {
        id: randomUUID(),
        scenario,
        state: "running",
        startedAt: new Date().toISOString(),
        progress: "The load runs",
      };
      this.drills.unshift(drill);
      return c.json(as<"StartedDrill">({ id: drill.id }), 202);
    });
    app.get(`${base}/drills/:id`, (c) => {
      const drill = this.drills.find(({ id }) => id === c.req.param("id"));
      return drill ? c.json(drill) : c.json({ status: 404, detail: "There is no such drill." }, 404);
    });
    app.get("/api/models", (c) => {
      const version = (name: string) => ({
        ...{ version: name, state: "ready" as const, since: "2026-10-02T00:00:00.000Z" },
        ...{ labels: ["negative", "neutral", "positive"], created: "2026-10-01T00:00:00.000Z" },
        metrics: { accuracy: 0.91 },
      });
      const feature = { feature: "label" as const, psi: 0.04, p: 0.3, drifted: false };
      return c.json(
        as<"Models">({
          serving: "1.0.0",
          deployment: {
            ...{ schema: 1, revision: 7, at: "2026-10-02T00:00:00.000Z", by: "ops" },
            ...{ current: "1.0.0", previous: "0.9.0" },
            candidate: { version: "1.1.0", mode: "canary", share: 10 },
          },
          versions: [
            version("1.0.0"),
            { ...version("1.1.0"), drift: { predictions: 500, drifted: false, features: [feature] } },
            { version: "0.9.0", state: "refused", since: "2026-10-02T00:00:00.000Z", reason: "is truncated" },
          ],
          candidate: { analyses: 40, errors: 0, compared: 38, disagreed: 2 },
        }),
      );
    });
    return app;
  }
}
