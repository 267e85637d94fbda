export type Fault = "killed" | "frozen" | "cut";

/** The zones of an instance's subnet group and the faults of each; faults don't outlive the supervisor. */
export class Zones {
  readonly #faults: Map<string, Set<Fault>>;

  constructor(names: string[]) {
    this.#faults = new Map(names.map((name) => [name, new Set()]));
  }

  available(zone: string): boolean {
    return this.#of(zone).size === 0;
  }

  has(zone: string, fault: Fault): boolean {
    return this.#of(zone).has(fault);
  }

  /** Throws for a zone that the instance doesn't know. */
  set(zone: string, fault: Fault, on: boolean): void {
    if (on) this.#of(zone).add(fault);
    else this.#of(zone).delete(fault);
  }

  heal(zone: string): void {
    this.#of(zone).clear();
  }

  /**
   * The zone that takes over from `primary`: `preferred` while it is available, else the first other one that is.
   * Left out: the time that RDS takes to copy the storage to yet another zone.
   */
  standby(primary: string, preferred: string | undefined): string | undefined {
    const others = [...this.#faults.keys()].filter((zone) => zone !== primary && this.available(zone));
    return others.find((zone) => zone === preferred) ?? others[0];
  }

  #of(zone: string): Set<Fault> {
    const faults = this.#faults.get(zone);
    if (faults) return faults;
    const names = [...this.#faults.keys()].join(", ");
    throw new Error(`The database knows no zone "${zone}". Its zones: ${names}.`);
  }
}
