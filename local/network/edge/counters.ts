type Counts = Record<string, Record<string, number>>;

/** Counts that are handed over and begin anew at each report, so that nothing is lost or counted twice. */
export class Counters {
  #requests: Counts = {};
  #errors: Counts = {};

  request(balancer: string, zone: string): void {
    add(this.#requests, balancer, zone);
  }

  error(balancer: string, status: number): void {
    add(this.#errors, balancer, String(status));
  }

  take(): { requests: Counts; errors: Counts } {
    const taken = { requests: this.#requests, errors: this.#errors };
    this.#requests = {};
    this.#errors = {};
    return taken;
  }
}

function add(counts: Counts, key: string, name: string): void {
  counts[key] ??= {};
  const row = counts[key];
  row[name] = (row[name] ?? 0) + 1;
}
