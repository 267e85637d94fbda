import { randomUUID } from "node:crypto";
import { Hono } from "hono";

const ZONES = ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"];
const SERVICES = ["web", "gateway", "trading", "transactions", "portfolio", "market-data", "news"];
const SECONDS = 300;

interface Shift {
  id: string;
  zone: string;
  status: string;
  comment: string;
  [field: string]: unknown;
}

/** Stands in for the operators' API: zones whose figures follow the faults, shifts, decisions and drills, in memory. */
export class StandInOperations {
  readonly faults = new Map<string, string[]>();
  readonly shifts: Shift[] = [];
  readonly decisions: object[] = [];
  readonly drills: { id: string; scenario: string; state: string; [field: string]: unknown }[] = [];
  /** Changing requests, as `METHOD path`. */
  readonly changes: string[] = [];
  primary = ZONES[0] as string;
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

  #decide(kind: string, zone: string, reason: string, text: string): void {
    const evidence = { errorShare: 0.083, othersErrorShare: 0.002, p99Ms: 812, othersP99Ms: 41, z: 7.2 };
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

  #state(zone: string): string {
    if (this.shifts.some((shift) => shift.zone === zone && shift.status === "ACTIVE")) return "shifted";
    return this.faults.get(zone)?.length ? "sick" : "healthy";
  }

  #zones() {
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
        letter: zone.at(-1),
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
        databaseRole: zone === this.primary ? "primary" : i === 1 ? "standby" : null,
        weights: { public: state === "shifted" ? 0 : 1 / 3, internal: state === "shifted" ? 0 : 1 / 3 },
      };
    });
    return { at: new Date().toISOString(), mode: "act", zones };
  }

  #history() {
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
      c.json({
        mode: "act",
        active: true,
        zone: "ap-southeast-2c",
        source: { kind: "supervisor", ok: true, detail: "3 zones" },
        arc: { ok: true, detail: "answers" },
      }),
    );
    app.get(`${base}/decisions`, (c) => c.json({ decisions: this.decisions, next: null }));
    app.get(`${base}/shifts`, (c) => c.json({ shifts: this.shifts }));
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
        by: "ops",
      });
      this.#decide("operator", zone, "asked for", `ops shifted ${zone} away for ${expiresIn}: ${comment}`);
      return c.json({ shifts: this.shifts }, 201);
    });
    app.delete(`${base}/shifts/:id`, (c) => {
      const shift = this.shifts.find(({ id }) => id === c.req.param("id"));
      if (!shift) return c.json({ status: 404, detail: "There is no such shift." }, 404);
      shift.status = "CANCELED";
      this.#decide("operator", shift.zone, "asked for", `ops cancelled the shift of ${shift.zone}.`);
      return c.json(shift);
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
      return c.json(this.#zones());
    });
    app.post(`${base}/database/failover`, (c) => {
      this.primary = ZONES[1] as string;
      return c.json({}, 202);
    });
    app.get(`${base}/drills`, (c) => {
      const scenarios = [
        { name: "zone-loss", description: "All pods of a zone are killed at once." },
        { name: "gray-failure", description: "A zone answers slowly, and only the guard can see it." },
      ];
      return c.json({ scenarios, drills: this.drills });
    });
    app.post(`${base}/drills`, async (c) => {
      const { scenario } = await c.req.json();
      const drill = {
        id: randomUUID(),
        scenario,
        state: "running",
        startedAt: new Date().toISOString(),
        progress: "The load runs",
      };
      this.drills.unshift(drill);
      return c.json({ id: drill.id }, 202);
    });
    app.get(`${base}/drills/:id`, (c) => {
      const drill = this.drills.find(({ id }) => id === c.req.param("id"));
      return drill ? c.json(drill) : c.json({ status: 404, detail: "There is no such drill." }, 404);
    });
    app.get("/api/models", (c) => {
      const version = (name: string) => ({
        version: name,
        createdAt: "2026-10-01T00:00:00.000Z",
        accuracy: 0.91,
      });
      const split = { "1.0.0": 0.9, "1.1.0": 0.1 };
      return c.json({
        current: "1.0.0",
        previous: "0.9.0",
        split,
        candidate: "1.1.0",
        versions: ["1.1.0", "1.0.0", "0.9.0"].map(version),
        drift: { score: 0.04, threshold: 0.2 },
      });
    });
    return app;
  }
}
