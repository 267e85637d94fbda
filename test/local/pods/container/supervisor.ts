import { Bench, deployment, until, zoneA } from "../fixture.ts";

/** A supervisor to be killed: runs pods, freezes a zone, and tells the pids that it sees on its standard output. */
const [mode = "ready"] = process.argv.slice(2);
const bench = new Bench();
bench.image("busy", "for (;;);");
const container = { image: "busy", readinessProbe: undefined };
const pods = bench.pods([deployment("trading"), deployment("busy", { replicas: 1, container })]);
pods.on("change", () => {
  const pids = pods.status().flatMap(({ pid }) => pid ?? []);
  if (pids.length > 0) process.stdout.write(`${pids.join(" ")}\n`);
});
await pods.start();
if (mode === "ready") {
  await until(pods, () => pods.endpoints().filter(({ ready }) => ready).length >= 3);
  pods.freeze(zoneA);
}
process.stdout.write("go\n");
