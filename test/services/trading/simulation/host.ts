import type { Clock } from "../../../../services/trading/clock.ts";
import type { World } from "./world.ts";

/** The virtual world's time 0. */
export const EPOCH = Date.UTC(2026, 2, 3, 1);

/** What may go wrong, as shares of all calls. */
export interface Faults {
  /** The call never arrives. */
  lost: number;
  /** It arrives, and its answer is lost, perhaps before it was done. */
  answerLost: number;
  /** It arrives twice. */
  twice: number;
}

export const NO_FAULTS: Faults = { lost: 0, answerLost: 0, twice: 0 };

/** What lives and dies with a process: nothing reaches it, and it does nothing, once it is dead. */
export class Host {
  readonly world: World;
  alive = true;
  /** Until then everything that reaches it waits. */
  frozenUntil = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** Has something happen in this process. */
  deliver(ms: number, run: () => void): void {
    this.world.after(ms, () => {
      if (!this.alive) return;
      const wait = this.frozenUntil - this.world.now;
      if (wait > 0) this.deliver(wait + this.world.random(), run);
      else run();
    });
  }

  readonly clock: Clock = {
    now: () => EPOCH + Math.floor(this.world.now),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        this.deliver(ms, () => {
          if (!signal?.aborted) resolve();
        });
      }),
  };

  /** A call from this process to something else, with all that may happen to it. `serve` may run never, once or twice. */
  call<T>(faults: Faults, serve: (answer: (result: () => T) => void) => void): Promise<T> {
    const { world } = this;
    const delay = () => world.random() * 4;
    return new Promise<T>((resolve, reject) => {
      const fail = () => this.deliver(delay() * 4, () => reject(new Error("lost")));
      if (world.chance(faults.lost)) return fail();
      const isAnswerLost = world.chance(faults.answerLost);
      if (isAnswerLost) fail();
      const answer = (result: () => T) => {
        if (isAnswerLost) return;
        this.deliver(delay(), () => {
          try {
            resolve(result());
          } catch (error) {
            reject(error);
          }
        });
      };
      world.after(delay(), () => serve(answer));
      if (world.chance(faults.twice)) world.after(delay() * 3, () => serve(() => undefined));
      return undefined;
    });
  }
}
