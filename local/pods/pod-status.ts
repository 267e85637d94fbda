import type { Exit } from "./container/index.ts";

/** As `kubectl get pods` names it. */
type Phase =
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
  /** URLs of its admin and its business port, if it has them now. */
  admin: string | undefined;
  http: string | undefined;
  ready: boolean;
  /** Times that its container was started again. */
  restarts: number;
  startedAt: Date | undefined;
  lastExit?: Exit;
  /** Why it isn't ready, when that is known. */
  reason?: string;
}
