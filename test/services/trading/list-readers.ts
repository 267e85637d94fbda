import { parentPort, workerData } from "node:worker_threads";

/** What the readers are given: where to read, as whom, how many at once. */
export interface ReadersArgs {
  url: string;
  user: string;
  filters: readonly string[];
  readers: number;
}

/** What they say once they were told to stop. */
export interface ReadersResult {
  answered: number;
  statuses: number[];
}

/** A client's many readers, in a thread of their own: what they take of it must not count as latency of others. */
const { url, user, filters, readers } = workerData as ReadersArgs;
let [running, answered] = [true, 0];
const statuses = new Set<number>();

async function read(first: number): Promise<void> {
  for (let i = first; running; i += 1) {
    const response = await fetch(`${url}/api/orders?${filters[i % filters.length]}`, {
      headers: { "x-user-id": user },
    });
    await response.arrayBuffer();
    statuses.add(response.status);
    answered += 1;
  }
}

const reading = Promise.all(Array.from({ length: readers }, (_, n) => read(n)));
parentPort?.once("message", () => {
  running = false;
  void reading.then(() => parentPort?.postMessage({ answered, statuses: [...statuses] } as ReadersResult));
});
