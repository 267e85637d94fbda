import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Status } from "../../local/status.ts";
import { control } from "../platform/control.ts";
import { command, table } from "./command.ts";

/** `trizone status`: zones, pods, load balancers and databases of the platform on this machine. */
export function status(): Command {
  return command("status", "Show zones, pods, load balancers and databases", [
    "status",
    "status --json",
    "status --watch",
  ])
    .option("--json", "print JSON; with --watch a line each time")
    .option("--watch", "print it anew whenever it changes, until Ctrl-C", false)
    .action(async ({ json, watch }: { json?: boolean; watch: boolean }) => {
      let last = "";
      do {
        const now = await control.status();
        const text = json ? JSON.stringify(now, null, watch ? undefined : 2) : render(now);
        if (text !== last) console.log(watch && process.stdout.isTTY ? `${CLEAR}${text}` : text);
        last = text;
        if (watch) await sleep(WATCH_MS);
      } while (watch);
    });
}

/** How often the status is looked at, in milliseconds. */
const WATCH_MS = 1000;
/** Clears a terminal and goes to its first line (ECMA-48: ED 2, CUP). */
const CLEAR = "\u001b[2J\u001b[H";

function render(now: Status): string {
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
