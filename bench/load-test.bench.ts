import autocannon from "autocannon";
import { startLoad } from "../ops/load/index.ts";
import { type Benchmark, startProgram } from "./kit.ts";

const CONNECTIONS = 64;

/** The most requests a second that one process of the load test sends, against autocannon's with one worker. */
export default async function loadTest(options: { seconds: number }): Promise<Benchmark> {
  const server = await startProgram("../test/ops/programs/freezing-server.ts");
  const origin = `http://127.0.0.1:${server.port}`;
  const cores = { ours: 0, peer: 0 };
  return {
    comparisons: [
      {
        name: "load-test",
        unit: "requests/s",
        atLeast: 1,
        ours: {
          name: "trizone load-test",
          async measure() {
            const to = [{ key: "all", origin, path: "/" }];
            const { total, generator } = await startLoad({
              connections: CONNECTIONS,
              seconds: options.seconds,
              to,
            }).result;
            cores.ours = (generator.cores / total.perSecond) * 1e6;
            return total.perSecond;
          },
        },
        peer: {
          name: "autocannon",
          async measure() {
            const cpu = process.cpuUsage();
            const { requests, duration } = await autocannon({
              ...{ url: origin, connections: CONNECTIONS, duration: options.seconds },
            });
            const { user, system } = process.cpuUsage(cpu);
            cores.peer = (user + system) / requests.total;
            return requests.total / duration;
          },
        },
      },
    ],
    notes: async () => [
      `µs of its core a request, in the last run: ours ${cores.ours.toFixed(1)}, autocannon ${cores.peer.toFixed(1)}`,
    ],
    stop: () => server.stop(),
  };
}
