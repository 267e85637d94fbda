import assert from "node:assert/strict";
import fc from "fast-check";
import { fenceServer, serverProcesses, signal } from "../../../local/postgres/processes.ts";
import { PostmasterWatch, temporaryOptions, until, ZONES } from "./fixture.ts";
import { Load } from "./load.ts";
import { Supervisor } from "./supervisor.ts";

/** One thing that goes wrong (or right again), and how long after the one before, in milliseconds. */
interface Step {
  wait: number;
  what: "kill" | "freeze" | "cut" | "heal" | "supervisor" | "everything" | "server" | "restart";
  zone: string;
  signal: "SIGKILL" | "SIGSTOP";
}

const step: fc.Arbitrary<Step> = fc.record({
  wait: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 3500 })),
  what: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("kill", "freeze", "cut") },
    { weight: 6, arbitrary: fc.constant("heal") },
    { weight: 4, arbitrary: fc.constantFrom("supervisor", "everything", "server", "restart") },
  ),
  zone: fc.constantFrom("zone-a", "zone-a", "zone-b", "zone-b", "zone-c"),
  signal: fc.constantFrom("SIGKILL", "SIGSTOP"),
}) as fc.Arbitrary<Step>;

/** A database run by a supervisor that can be killed, with writers that go on all the while. */
class Scene {
  readonly load = new Load(() => this.supervisor?.state?.url);
  supervisor: Supervisor | undefined;
  readonly #options: Awaited<ReturnType<typeof temporaryOptions>>;
  readonly #watch: PostmasterWatch;

  constructor(options: Awaited<ReturnType<typeof temporaryOptions>>) {
    this.#options = options;
    this.#watch = new PostmasterWatch(options.data);
  }

  async begin(): Promise<void> {
    this.supervisor = new Supervisor(this.#options);
    await this.supervisor.ready();
    await until("a primary", 10_000, () => this.supervisor?.state?.url !== undefined);
  }

  async play({ wait, what, zone, signal: name }: Step): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (what === "server") for (const pid of serverProcesses(this.#options.data)) signal(pid, name);
    else if (what === "restart") await this.#again(() => this.supervisor?.stop());
    else if (what === "supervisor") await this.#again(() => this.supervisor?.kill());
    else if (what === "everything") await this.#again(() => this.#killEverything());
    else this.supervisor?.send({ do: what, zone });
  }

  async healAll(): Promise<void> {
    for (const zone of ZONES) this.supervisor?.send({ do: "heal", zone });
    // What is reported from here on was seen after the healing.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await until("it takes connections", 60_000, () => this.supervisor?.state?.url !== undefined);
  }

  async audit(): Promise<void> {
    await this.load.more(20, 30_000);
    await this.load.stop();
    // Where it is may just be changing: a fault that was healed in time may yet be noticed.
    const url = () => this.supervisor?.state?.url;
    await until("it takes connections", 30_000, () => url() !== undefined);
    assert.deepEqual(await this.load.audit(url() ?? ""), { lost: [], twice: 0, torn: 0 });
    assert.ok(this.#watch.most <= 1, `${this.#watch.most} postmasters at once`);
  }

  async end(): Promise<void> {
    this.#watch.stop();
    await this.load.stop();
    await this.supervisor?.stop();
    await fenceServer(this.#options.data);
    await this.#options.remove();
  }

  async #again(stop: () => Promise<void> | undefined): Promise<void> {
    await stop();
    await this.begin();
  }

  /** In no particular order, as a power failure would not; the supervisor somewhere in between. */
  async #killEverything(): Promise<void> {
    const [first, ...others] = serverProcesses(this.#options.data).reverse();
    if (first !== undefined) signal(first, "SIGKILL");
    await this.supervisor?.kill();
    for (const pid of others) signal(pid, "SIGKILL");
  }
}

const rounds = Number(process.env.TRIZONE_ROUNDS ?? 2);

describe("a Multi-AZ database whose supervisor dies, too", function () {
  this.timeout(120_000 + rounds * 120_000);

  const play = async (steps: Step[]) => {
    const scene = new Scene(await temporaryOptions());
    try {
      await scene.begin();
      await scene.load.start();
      for (const next of steps) await scene.play(next);
      await scene.healAll();
      await scene.audit();
    } catch (error) {
      throw new Error(`${error}\nproblems:\n${scene.supervisor?.problems.join("\n")}`, { cause: error });
    } finally {
      await scene.end();
    }
  };
  const [now, zone] = [{ wait: 300, signal: "SIGKILL" as const }, "zone-a"];

  it("has every acknowledged commit after everything was killed, twice", () =>
    play([
      { ...now, what: "everything", zone },
      { ...now, what: "everything", zone },
    ]));

  it("finds and ends the database that a killed supervisor left behind", () =>
    play([{ ...now, what: "supervisor", zone }]));

  it("comes back after everything was killed in the middle of a failover", () =>
    play([
      { ...now, what: "kill", zone },
      { ...now, wait: 30, what: "everything", zone },
      { ...now, what: "kill", zone },
      { ...now, wait: 40, what: "everything", zone },
    ]));

  it("loses no acknowledged commit whatever goes wrong in whichever order", async () => {
    const seed = process.env.TRIZONE_SEED ? Number(process.env.TRIZONE_SEED) : Date.now() % 2 ** 31;
    console.log(`      TRIZONE_SEED=${seed} TRIZONE_ROUNDS=${rounds}`);
    const steps = fc.array(step, { minLength: 3, maxLength: 10 });
    await fc.assert(fc.asyncProperty(steps, play), { seed, numRuns: rounds, endOnFailure: true });
  });
});
