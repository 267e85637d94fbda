import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import type { Outputs } from "../../config/index.ts";
import { isWhole, lastingPods, type Status } from "../../local/status.ts";
import { diagnose, readFacts, type Verdict } from "../diagnose/index.ts";
import { control } from "../platform/control.ts";
import { type GuardDecision, Operations } from "../platform/operations.ts";
import { Shifts, stackResources } from "../platform/shifts.ts";
import { accessToken } from "../platform/token-flow.ts";

/** Demo users that trade; the operator reads what the guard decided. */
const TRADERS = ["demo", "alice", "bob"];
const OPERATOR = "olivia";
const CALL_TIMEOUT_MS = 4000;
/** Pauses between looks at pods that are to be kept down, and requests that skew a zone, in milliseconds. */
const [LOOK_MS, SKEW_MS] = [200, 5];
/** By which pods that a drill asks for are ready. */
const PODS_MS = 90_000;
/** The longest that a drill keeps more pods of a service. */
const HOLD_MS = 15 * 60_000;

/** How much of a fault, and of what. */
export interface FaultSize {
  ms?: number;
  share?: number;
  service?: string;
  pod?: string;
}

/** A signed-in user. */
export interface Trader {
  name: string;
  token: string;
}

/** Whether as many other pods are ready as a service had. Those that end count no more, as of a zone that came back. */
export function areReplaced(service: string, before: Status["pods"], now: Status["pods"]): boolean {
  const [then, lasting] = [before, now].map((pods) =>
    lastingPods(pods).filter(({ workload }) => workload === service),
  ) as [Status["pods"], Status["pods"]];
  const old = new Set(then.map(({ name }) => name));
  return lasting.length === old.size && lasting.every(({ name, ready }) => ready && !old.has(name));
}

/** The platform that a drill plays on: its faults, its shifts, its users, and what it says of itself. */
export class Stage implements AsyncDisposable {
  readonly outputs: Outputs;
  readonly traders: readonly Trader[];
  readonly #operations: Operations;
  readonly #shifts: Shifts;
  readonly #agent = new Agent({ connections: 16 });

  private constructor(outputs: Outputs, traders: Trader[], operator: string) {
    this.outputs = outputs;
    this.traders = traders;
    this.#operations = new Operations(outputs, operator);
    this.#shifts = new Shifts(outputs);
  }

  /** Signs the users in. Throws when the platform or its issuer doesn't answer. */
  static async open(outputs: Outputs): Promise<Stage> {
    const { issuer, clientId, publicUrl } = outputs;
    const redirectUri = `${publicUrl}/callback`;
    const tokenOf = (user: string) => accessToken({ issuer, clientId, user, redirectUri });
    const [operator, ...tokens] = await Promise.all([OPERATOR, ...TRADERS].map(tokenOf));
    const traders = TRADERS.map((name, index) => ({ name, token: tokens[index] as string }));
    return new Stage(outputs, traders, operator as string);
  }

  /** Names of the three zones. */
  get zones(): string[] {
    return this.outputs.zones.map(({ name }) => name);
  }

  status(): Promise<Status> {
    return control.status();
  }

  async fault(zone: string, action: string, size: FaultSize = {}): Promise<void> {
    await control.fault(zone, action, size);
  }

  /** Ends the faults of every zone. */
  async heal(): Promise<void> {
    const { zones } = await this.status();
    for (const { name, faults } of zones) if (faults.length > 0) await this.fault(name, "heal");
  }

  /** Replaces a service's pods of a zone, as a release does. */
  async restart(zone: string, service: string): Promise<void> {
    await control.restart(zone, service);
  }

  /**
   * Replaces the guards where they made or saw a shift: they make no other for five minutes, and six in a day, and an
   * earlier drill's are not to count against this one.
   * @returns whether it was so
   * @throws Error when the new ones aren't ready in time
   */
  async startGuardsAnew(): Promise<boolean> {
    const decisions = await this.decisions();
    if (!decisions.some(({ kind }) => ["shift", "adopt"].includes(kind))) return false;
    const before = (await this.status()).pods;
    for (const zone of this.zones) await this.restart(zone, "guard");
    const deadline = performance.now() + PODS_MS;
    for (;;) {
      await sleep(LOOK_MS);
      if (areReplaced("guard", before, (await this.status()).pods)) return true;
      if (performance.now() > deadline)
        throw new Error("the guards were replaced and aren't ready; see npx trizone status, and drill again");
    }
  }

  /**
   * Keeps so many pods of a service in each zone for the drill, and waits until they are ready; 0 ends that.
   * @throws Error when they aren't ready in time
   */
  async hold(service: string, each: number): Promise<void> {
    const minimum = each * this.zones.length;
    await control.holdPods({ minimum, service, until: each === 0 ? 0 : Date.now() + HOLD_MS });
    const deadline = performance.now() + PODS_MS;
    for (;;) {
      const status = await this.status();
      const pods = status.pods.filter(({ workload, ready }) => workload === service && ready);
      if (pods.length >= minimum && (each === 0 || isWhole(status))) return;
      if (performance.now() > deadline)
        throw new Error(`${service} has ${pods.length} of ${minimum} pods ready; see npx trizone status`);
      await sleep(LOOK_MS);
    }
  }

  /** A ready pod of a service in a zone. @throws Error when there is none */
  async podOf(zone: string, service: string): Promise<Status["pods"][number]> {
    const found = (await this.status()).pods.find(
      (pod) => pod.zone === zone && pod.workload === service && pod.ready,
    );
    if (found) return found;
    throw new Error(`no pod of ${service} is ready in ${zone}`);
  }

  /** Ends a service's pods, in one zone or in all, as often as they start again; resolves when the first have ended. */
  async keepDown(zone: string | undefined, service: string, signal: AbortSignal): Promise<void> {
    const end = async () => {
      const { pods } = await this.status();
      const running = pods.filter((pod) => pod.workload === service && (!zone || pod.zone === zone));
      for (const { pid } of running) if (pid !== undefined) endProcess(pid);
    };
    await end();
    void (async () => {
      while (!signal.aborted) {
        await sleep(LOOK_MS);
        // A status that doesn't come is asked for again; the drill ends where the platform does.
        await end().catch(() => undefined);
      }
    })();
  }

  /** Sends a zone's gateway requests of its own, beside those that come through the balancer; resolves at once. */
  async skew(zone: string, signal: AbortSignal): Promise<void> {
    const { http: url } = await this.podOf(zone, "gateway");
    if (!url) throw new Error(`the gateway in ${zone} has no port`);
    const authorization = `Bearer ${this.traders[0]?.token}`;
    void (async () => {
      while (!signal.aborted) {
        await sleep(SKEW_MS);
        const asked = request(`${url}/api/quotes?symbols=BHP`, {
          ...{ headers: { authorization }, dispatcher: this.#agent },
          signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
        });
        // It is traffic for the pod's sake; what the pod answers is counted by the guard, not here.
        void asked.then(({ body }) => body.dump()).catch(() => undefined);
      }
    })();
  }

  /** Starts a shift away from a zone by hand. */
  async shift(zone: string): Promise<void> {
    const awayFrom = this.outputs.zones.find(({ name }) => name === zone)?.id ?? zone;
    await this.#shifts.start({
      ...{ resources: stackResources(this.outputs), awayFrom, expiresIn: "10m" },
      comment: "drill: this zone was away already",
    });
  }

  async cancelShifts(): Promise<void> {
    await this.#shifts.cancel(undefined, { only: false });
  }

  /** Zones that are shifted away from, by name, with when the shift began and expires, milliseconds of the epoch. */
  async shifted(): Promise<{ zone: string; startedAt: number; expiresAt: number }[]> {
    const active = await this.#shifts.list("ACTIVE");
    return active.map(({ awayFrom, startTime, expiryTime }) => ({
      zone: this.outputs.zones.find(({ id }) => id === awayFrom)?.name ?? String(awayFrom),
      startedAt: Number(startTime),
      expiresAt: Number(expiryTime),
    }));
  }

  async isShifted(zone: string): Promise<boolean> {
    return (await this.shifted()).some((one) => one.zone === zone);
  }

  /** The guard's newest decisions, the newest first. @throws Error when no guard answers */
  decisions(): Promise<GuardDecision[]> {
    return this.#operations.decisions();
  }

  /** What `trizone diagnose` says now. @throws Error when no guard answers */
  async diagnose(): Promise<Verdict> {
    return diagnose(await readFacts(this.#operations));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#agent.destroy(), this.#shifts[Symbol.asyncDispose]()]);
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
