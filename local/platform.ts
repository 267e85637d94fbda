import { join } from "node:path";
import { Outputs } from "../config/index.ts";
import type { Graph } from "../engine/index.ts";
import { buildImages, buildImagesApart } from "../services/build/images.ts";
import { Addresses } from "./addresses.ts";
import { type Controls, serveControl } from "./control.ts";
import { declare, refuseMandatory } from "./declare.ts";
import { DiskSpace } from "./disk-space.ts";
import { Drills } from "./drills.ts";
import type { FaultOptions, ZoneAction } from "./faults.ts";
import { writeDurably } from "./files.ts";
import type { Hold } from "./pods/index.ts";
import { Realised } from "./realised.ts";
import type { State } from "./state.ts";
import type { Status } from "./status.ts";

const NOTHING = { zones: [], pods: [], autoscalers: [], rollouts: [], balancers: [], databases: [] };

interface PlatformOptions {
  /** Folder of the program. */
  directory: string;
  state: State;
  stack: string;
  /** `key=value`, config values in the place of the stack's own. @default none */
  overrides?: string[];
  /** Of the public load balancer; 0 for any free one. */
  port: number;
  /** Whether the stack's autoscalers change the number of pods by their load. */
  autoscale: boolean;
  /** Milliseconds between the end of a lost database and its start in another zone. @default 2000 */
  failoverDelayMs?: number;
  /** Gets a sentence on each problem that no caller waits for. */
  report: (message: string) => void;
}

/** One visible step of the start. */
export interface Step {
  title: string;
  run(): Promise<void>;
}

/** A stack of the program, running in three zones of this machine: the supervisor's side of it. */
export class Platform implements Controls {
  readonly #options: PlatformOptions;
  readonly #addresses: Addresses;
  readonly #disk: DiskSpace;
  readonly #abort = new AbortController();
  /** What ends what was started, the newest last. */
  readonly #undo: (() => Promise<void> | void)[] = [];
  #state: Status["state"] = "starting";
  #graph: Graph | undefined;
  #outputs: Outputs | undefined;
  #realised: Realised | undefined;
  #stopping: Promise<void> | undefined;
  readonly #ended = Promise.withResolvers<void>();
  readonly drills: Drills;

  constructor(options: PlatformOptions) {
    this.#options = options;
    this.drills = new Drills({ directory: options.directory, state: options.state.directory });
    this.#addresses = new Addresses({ file: options.state.path("ports.json"), publicPort: options.port });
    this.#disk = new DiskSpace(options.state.directory, options.report);
    this.#undo.push(() => this.#disk.close());
    this.#undo.push(() => options.state.release());
  }

  /** The stack's outputs; known after the first step. */
  get outputs(): Outputs {
    return known(this.#outputs);
  }

  /** Resolves when all has ended after `stop`. */
  get stopped(): Promise<void> {
    return this.#ended.promise;
  }

  /** Whether somebody asked it to end. */
  get stopRequested(): boolean {
    return this.#abort.signal.aborted;
  }

  steps(): Step[] {
    const { stack } = this.#options;
    return [
      { title: "Take the public port", run: () => this.#listen() },
      { title: `Evaluate stack ${stack}, judge it, build its images`, run: () => this.#declare() },
      { title: "Start the zones' network, PostgreSQL, the issuer and ARC", run: () => this.#realise() },
      { title: "Start the pods", run: () => known(this.#realised).startPods() },
      { title: "Wait for the load balancers", run: () => this.#settle() },
    ].map((step) => ({ ...step, run: () => this.#unlessStopped(step.run) }));
  }

  status(): Status {
    const { stack } = this.#options;
    const rest = this.#realised?.status() ?? NOTHING;
    return { stack, state: this.#state, ...rest };
  }

  async fault(zone: string, action: ZoneAction, options: FaultOptions): Promise<void> {
    await known(this.#realised).faults.apply(zone, action, options);
  }

  restart(zone: string, service: string): void {
    known(this.#realised).restart(zone, service);
  }

  failOver(): void {
    known(this.#realised).failOver();
  }

  holdPods(hold: Hold): void {
    known(this.#realised).holdPods(hold);
  }

  preScale(name: string): void {
    known(this.#realised).preScale(name);
  }

  async autoshift(zone: string | undefined): Promise<void> {
    await known(this.#realised).autoshift(zone);
  }

  /** Ends everything; a second call gets the same promise. */
  stop(): Promise<void> {
    this.#abort.abort(new Error("stopped"));
    this.#state = "stopping";
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #listen(): Promise<void> {
    await this.#addresses.takePublic();
    this.#undo.push(() => this.#addresses.close());
  }

  async #declare(): Promise<void> {
    const { directory, state, stack, overrides } = this.#options;
    const [declared] = await Promise.all([
      declare({ directory, stack, overrides, addresses: this.#addresses, signal: this.#abort.signal }),
      buildImagesApart(state.folder("images"), this.#abort.signal),
    ]);
    refuseMandatory(declared.violations);
    this.#graph = declared.graph;
    this.#outputs = Outputs.parse(declared.graph.outputs);
  }

  async #realise(): Promise<void> {
    const { state } = this.#options;
    const control = await serveControl(this);
    this.#undo.push(() => control.close());
    await state.record({ control: control.url, token: control.token });
    const starting = Realised.start({
      ...this.#options,
      report: this.#disk.report,
      disk: this.#disk,
      control,
      graph: known(this.#graph),
      outputs: this.outputs,
      addresses: this.#addresses,
    });
    // Ends what a start that is under way has still to start; one that fails has ended it itself.
    this.#undo.push(async () => (await starting.catch(() => undefined))?.stop());
    // Before all else: a drill that runs still heals what it did.
    this.#undo.push(() => this.drills.stop());
    this.#realised = await starting;
  }

  async #settle(): Promise<void> {
    await known(this.#realised).settle(this.#abort.signal);
    await writeDurably(this.#options.state.path("outputs.json"), this.outputs);
    this.#state = "ready";
  }

  async #unlessStopped(run: () => Promise<void>): Promise<void> {
    this.#abort.signal.throwIfAborted();
    await run();
    this.#abort.signal.throwIfAborted();
  }

  async #end(): Promise<void> {
    for (const undo of this.#undo.reverse()) await undo();
    this.#ended.resolve();
  }
}

/** Builds the services' images for a platform whose state is in a folder, so that its start finds them. */
export async function buildAhead(directory: string): Promise<void> {
  await buildImages(join(directory, "images"));
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the platform has not started that far");
  return value;
}
