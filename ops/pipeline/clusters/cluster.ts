import type { Commands } from "../run-command.ts";
import type { PipelineOptions } from "../state.ts";

/** What a step is run with. */
export interface StepContext {
  /** The pipeline's own folder; state, reports and logs are there. */
  directory: string;
  options: PipelineOptions;
  commands: Commands;
  /** Aborted when the step's time is over, or somebody stops the pipeline. */
  signal: AbortSignal;
  /** Whether what is started is to end with this process. Steps that are run by themselves leave it running. */
  isWhole: boolean;
  /** Shows a line to whoever watches. */
  say(line: string): void;
}

/** CPU and memory of a service's pods while the load was sent. */
export interface Usage {
  workload: string;
  pods: number;
  /** Of all its pods, on average. */
  cores: number;
  /** The most of one pod, MiB. */
  memoryMiB: number;
}

/** Where the load goes. */
export interface Target {
  url: string;
  hosts: string[];
}

/** A cluster that a pipeline makes, uses and destroys. Every step can be run again. */
export interface Cluster {
  /** Makes it, in the place of one that is there. */
  create(context: StepContext): Promise<void>;
  /** Builds the images, and brings them to where the cluster finds them. */
  build(context: StepContext): Promise<void>;
  /** Deploys the stack, and waits until its pods are ready. */
  deploy(context: StepContext): Promise<void>;
  /** Nodes, rollouts and endpoints, a sentence for each that isn't as it should be. */
  problems(context: StepContext): Promise<string[]>;
  target(context: StepContext): Target;
  /** Samples the pods until the signal, then says what they used. */
  watchUsage(context: StepContext): Promise<Usage[]>;
  /** Kills a pod of one of the services; says which. */
  failPod(context: StepContext, random: () => number): Promise<string>;
  /** Removes all of it; does nothing where there is none. */
  destroy(context: StepContext): Promise<void>;
}
