import { join } from "node:path";
import type { Command } from "commander";
import { State } from "../../local/state.ts";
import { control } from "../platform/control.ts";
import { findZone, isStack, readOutputs, readSomeOutputs, type StackChoice } from "../platform/outputs.ts";
import { command, numberFrom, withProgress, withStack } from "./command.ts";

interface Options extends StackChoice {
  zone?: string;
  tail: number;
  follow: boolean;
  namespace: string;
  context?: string;
  json?: boolean;
}

/** Pods whose lines are read at once; each is a process of kubectl's. */
const MOST_PODS = 60;

/** `trizone logs`: what the pods of a service print, here from their files, elsewhere by kubectl. */
export function logs(): Command {
  return withStack(
    command("logs", "Print what the pods log, each line with its pod", [
      "logs trading",
      "logs trading --zone b --follow",
      "logs --tail 1 --json",
      "logs gateway --stack prod   # by kubectl; a stack on AWS also keeps them in CloudWatch Logs",
    ]),
  )
    .argument("[service]", "such as trading (default: all)")
    .option("--zone <zone>", "only pods of this zone: b, ap-southeast-2b or apse2-az2")
    .option("--tail <lines>", "last lines of each pod", numberFrom(0, 10_000, "whole"), 20)
    .option("-f, --follow", "go on with what comes, until Ctrl-C", false)
    .option("--namespace <name>", "of the services, for kubectl", "trizone")
    .option("--context <name>", "of kubectl (default: its current one)")
    .option("--json", "print a JSON object a line: pod and line")
    .action(async (service: string | undefined, options: Options) => {
      const { chosen, clusterLogs, clusterPods, fileLogs } = await import("../platform/pod-logs.ts");
      const outputs = isStack(options) ? await readSomeOutputs(options) : await readOutputs();
      const zone = options.zone === undefined ? undefined : findZone(outputs, options.zone).name;
      const { tail, follow, namespace, context, json } = options;
      const wanted = { tail, follow, ...(service !== undefined && { service }), ...(zone && { zone }) };
      const print = (pod: string, line: string) =>
        console.log(json ? JSON.stringify({ pod, line }) : `${pod}  ${line}`);
      if (!isStack(options)) {
        const { pods } = await control.status();
        const found = chosen(pods, wanted);
        return fileLogs(join(State.directory(), "logs"), found, wanted, print);
      }
      const scope = { namespace, ...(context !== undefined && { context }) };
      const found = chosen(await withProgress("asking kubectl for the pods", clusterPods(scope)), wanted);
      if (found.length > MOST_PODS)
        throw new Error(
          `these are ${found.length} pods, and ${MOST_PODS} at most are read: name a service or a zone`,
        );
      await clusterLogs(scope, found, wanted, print);
    });
}
