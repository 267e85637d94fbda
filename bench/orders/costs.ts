import type { TestPostgres } from "../../test/support/postgres.ts";
import { type CpuClock, cpuOfPostgres, cpuOfProcess } from "../cpu.ts";
import type { Services } from "./services.ts";

/** What each process took of the CPU per order while `run` placed orders: lines to print. Linux only. */
export async function costs(
  postgres: TestPostgres,
  services: Services,
  run: (readCpu: () => Promise<number[]>) => Promise<{ filled: number; elapsed: number; cpu: number[] }>,
): Promise<string[]> {
  if (process.platform !== "linux") return ["The cost of each stage is measured on Linux only."];
  const clocks: [string, CpuClock][] = [
    ["load generator", async () => process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000],
    ["PostgreSQL", await cpuOfPostgres(postgres)],
    ...Object.entries(services.pods).map(
      ([name, pod]) => [name, cpuOfProcess(pod.process.pid ?? 0)] as [string, CpuClock],
    ),
  ];
  const { filled, elapsed, cpu } = await run(() => Promise.all(clocks.map(([, clock]) => clock())));
  const spent = cpu.map((ms) => (ms * 1000) / filled);
  const total = spent.reduce((sum, value) => sum + value, 0);
  return [
    `CPU per order at ${Math.round(filled / elapsed)} orders/s, in µs: ${total.toFixed(0)} in all`,
    ...clocks.map(([name], i) => `${name.padEnd(15)} ${(spent[i] ?? 0).toFixed(0).padStart(5)}`),
    `The limit is the two cores: ${((total * filled) / elapsed / 1e6).toFixed(2)} of them were busy with this.`,
  ];
}
