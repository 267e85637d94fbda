import { writeFile } from "node:fs/promises";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** The most that there is (setpriority(2)): a seventieth of what others get that want the processor at the same time. */
const NICE = 19;
/** Linux takes one such change in a tenth of a second from processes that aren't root's. */
const TRIES = 20;
const AGAIN_MS = 50;

/**
 * Has a process, and what it starts from now on, give way to others where the processor is short. A stand-in: a cluster
 * gives pods the CPU that they request, and takes pods of lower classes away where nodes have too little. Resolves when
 * its session does so, too.
 */
export function giveWay(pid: number): Promise<void> {
  setPriority(pid, NICE);
  return lowerSession(pid);
}

/** Where Linux shares the processor among sessions first, of which each container is one (sched(7), autogroup). Never rejects. */
async function lowerSession(pid: number): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const failure = await writeFile(`/proc/${pid}/autogroup`, String(NICE), { flag: "r+" }).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (failure !== "EAGAIN") return;
    await sleep(AGAIN_MS);
  }
}
