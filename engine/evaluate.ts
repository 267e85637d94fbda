import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import resourceRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import { Callbacks } from "./callbacks.ts";
import type { Context } from "./context.ts";
import { DefaultProviders } from "./default-providers.ts";
import { findEntry } from "./entry.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";
import type { Graph } from "./graph.ts";
import { Hooks } from "./hooks.ts";
import { engineService, Log } from "./log.ts";
import { monitor } from "./monitor.ts";
import { Packages } from "./packages.ts";
import { startProgram } from "./program.ts";
import { Resources } from "./resources.ts";
import { judgeRun } from "./run-verdict.ts";
import { serve } from "./server.ts";
import { supervise } from "./supervise.ts";
import { Transforms } from "./transforms.ts";

/**
 * Runs a Pulumi program in a child process, as the CLI's language host does, and gives the graph of what it declared.
 * Nothing is left behind, neither a process nor a port.
 * @throws EvaluationError when the program fails, ends too early or takes too long
 */
export async function evaluate(options: EvaluateOptions): Promise<Graph> {
  const { directory, project, stack, timeoutMs = 60_000 } = options;
  const entry = await findEntry(directory, options.main);
  const failure = new AbortController();
  const fail = () => failure.abort();
  const context = createContext(options, new Resources(fail, options.onResource));
  const { callbacks, resources } = context;
  const log = new Log({ listener: options.onLog, onError: fail });
  let announcedEnd = false;
  const announceEnd = () => {
    announcedEnd = true;
    options.onGraph?.(resources.graph(project, stack));
  };
  const server = await serve([
    [resourceRpc.ResourceMonitorService, monitor(context, announceEnd)],
    [engineRpc.EngineService, engineService(log)],
  ]);
  try {
    const child = startProgram(server.address, entry, options, log);
    options.onStarted?.();
    const end = await supervise(child, { timeoutMs, failure: failure.signal, signal: options.signal });
    const [stderr, exitTrace] = [child.stderr(), child.exitTrace()];
    judgeRun({ end, entry, log, resources, announcedEnd, stderr, exitTrace, timeoutMs });
    return resources.graph(project, stack);
  } finally {
    callbacks.close();
    server.close();
  }
}

function createContext(options: EvaluateOptions, resources: Resources): Context {
  const { project, stack, config, provider, stackReferences = {}, dryRun = false } = options;
  const { organization = "organization", secretConfigKeys = [] } = options;
  const callbacks = new Callbacks();
  return {
    ...{ project, stack, organization, config, secretConfigKeys, dryRun, provider, stackReferences },
    ...{ resources, callbacks },
    transforms: new Transforms(callbacks),
    hooks: new Hooks(callbacks, dryRun),
    packages: new Packages(),
    defaultProviders: new DefaultProviders({ project, stack, config, secretConfigKeys }, resources),
  };
}
