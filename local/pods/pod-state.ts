import type { Exit } from "./container.ts";

/** As `kubectl get pods` names it. */
export type Phase =
  | "Pending"
  | "ContainerCreating"
  | "Running"
  | "CrashLoopBackOff"
  | "CreateContainerConfigError"
  | "Terminating"
  | "Succeeded"
  | "Failed";

/** One pod, as a person asks about it. */
export interface PodStatus {
  name: string;
  /** Name of its Deployment or Job. */
  workload: string;
  namespace: string;
  /** Undefined while no zone may take it. */
  zone: string | undefined;
  phase: Phase;
  pid: number | undefined;
  ready: boolean;
  /** Times that its container was started again. */
  restarts: number;
  startedAt: Date | undefined;
  lastExit?: Exit;
  /** Why it isn't ready, when that is known. */
  reason?: string;
}

/** One pod, as what routes to it sees it. Pods without a zone have none. */
export interface Endpoint {
  name: string;
  namespace: string;
  /** Labels of the pod's template and its node's topology labels. */
  labels: Record<string, string>;
  zone: string;
  ready: boolean;
  terminating: boolean;
  /** Container port number and name -> `127.0.0.1:port`. */
  ports: Record<string, string>;
}
