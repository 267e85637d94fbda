import type { Graph, PropertyMap, Resource, Severity } from "../graph/index.ts";
import type { Provider } from "../monitor/index.ts";

export interface EvaluateOptions {
  /** The project's folder. */
  directory: string;
  /** The program: a file or a folder in `directory`. @default package.json's `main`, else `index.ts` or `index.js` */
  main?: string;
  project: string;
  stack: string;
  /** @default "organization", as the CLI has it without Pulumi's cloud */
  organization?: string;
  /** `ns:key` -> value. */
  config: Record<string, string>;
  /** Keys of `config` whose values are secret. */
  secretConfigKeys?: string[];
  provider: Provider;
  /** Run as a preview: outputs may stay unknown. @default false */
  dryRun?: boolean;
  /** Milliseconds that the program may take. @default 120_000 */
  timeoutMs?: number;
  /** Environment variables of the program beside this process's own. */
  env?: Record<string, string>;
  /** Stack name -> its outputs: what stack references answer. */
  stackReferences?: Record<string, PropertyMap>;
  /** Called once the program's process was started: what else is to run beside it doesn't hold it up then. */
  onStarted?: () => void;
  /** Gets each resource when it is registered (or read): all but a component's outputs is final. */
  onResource?: (resource: Resource) => void;
  /** Gets the graph when the program says that it is done: its end is awaited, and may still turn out to be a failure. */
  onGraph?: (graph: Graph) => void;
  /** Gets what the program logs and prints, as it comes. */
  onLog?: (severity: Severity, message: string, urn?: string) => void;
  /** Ends the evaluation at once. */
  signal?: AbortSignal;
  /** Arguments of Node, as `nodeargs` in Pulumi.yaml. @default those by which tsx loads TypeScript */
  nodeArgs?: string[];
}
