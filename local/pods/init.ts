import { Container, type Exit, type Launch, type Watchdog } from "./container/index.ts";

/**
 * Runs a pod's init containers one after the other. Answers the exit of the first that fails, else nothing. Leaves out
 * those that go on beside the pod (`restartPolicy: Always`).
 * @param logFile the pod's own
 * @param running gets the one that runs, and nothing once none does
 * @param signal ends the one that runs
 */
export async function runInit(
  launches: readonly Launch[],
  logFile: string,
  watchdog: Watchdog,
  running: (container: Container | undefined) => void,
  signal: AbortSignal,
): Promise<Exit | undefined> {
  for (const launch of launches) {
    signal.throwIfAborted();
    const container = await Container.start(launch, logFile, watchdog);
    const end = () => container.kill("Deleted");
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    running(container);
    const exit = await container.exited;
    signal.removeEventListener("abort", end);
    running(undefined);
    signal.throwIfAborted();
    if (exit.code !== 0) return exit;
  }
  return undefined;
}
