import type { Command } from "commander";
import type { Status } from "../local/status.ts";
import { command } from "./command.ts";
import { control } from "./control.ts";
import { table } from "./table.ts";

/** `trizone status`: zones, pods, load balancers and databases of the platform on this machine. */
export function status(): Command {
  return command("status", "Show zones, pods, load balancers and databases", ["status", "status --json"])
    .option("--json", "print JSON")
    .action(async (options: { json?: boolean }) => {
      const now = await control.status();
      console.log(options.json ? JSON.stringify(now, null, 2) : render(now));
    });
}

export function render(now: Status): string {
  return [
    `stack ${now.stack}: ${now.state}`,
    table(
      ["ZONE", "ID", "READY", "FAULTS"],
      now.zones.map((zone) => [zone.name, zone.id, yes(zone.ready), zone.faults.join(", ") || "-"]),
    ),
    table(
      ["POD", "ZONE", "PHASE", "PID", "READY", "RESTARTS"],
      now.pods.map((pod) => [
        pod.name,
        pod.zone ?? "-",
        pod.phase,
        pod.pid ?? "-",
        yes(pod.ready),
        pod.restarts,
      ]),
    ),
    table(
      ["LOAD BALANCER", "ZONE", "WEIGHT", "NODE", "REQUESTS", "HEALTHY TARGETS"],
      now.balancers.flatMap((balancer) =>
        balancer.nodes.map((node) => [
          balancer.name,
          node.zone,
          balancer.weights[node.zone] ?? 1,
          node.healthy ? "healthy" : "unhealthy",
          node.requests,
          healthyIn(balancer.targets, node.zone),
        ]),
      ),
    ),
    table(
      ["DATABASE", "PRIMARY", "STANDBY", "STATE"],
      now.databases.map((one) => [one.name, one.primaryZone, one.standbyZone ?? "none", one.state]),
    ),
  ].join("\n\n");
}

function healthyIn(targets: Status["balancers"][number]["targets"], zone: string): string {
  const here = targets.filter((target) => target.zone === zone);
  return `${here.filter((target) => target.state === "healthy").length}/${here.length}`;
}

function yes(value: boolean): string {
  return value ? "yes" : "no";
}
