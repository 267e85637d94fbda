import { runningNow, State } from "../../local/state.ts";
import { Status } from "../../local/status.ts";

/** Calls the control API of the platform that runs on this machine. Throws where none runs, or with the error that it answers. */
async function call(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<unknown> {
  const run = runningNow(State.directory());
  if (!run?.control) throw new Error("no platform runs on this machine; start it with: npm start");
  const response = await fetch(`${run.control}${path}`, {
    method,
    headers: { authorization: `Bearer ${run.token}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  }).catch((error) => {
    throw new Error(
      `the platform (process ${run.supervisor.pid}) does not answer: ${error.cause?.message ?? error.message}`,
    );
  });
  const answer = (await response.json()) as { detail?: string };
  if (!response.ok) throw new Error(answer.detail ?? `the platform answered ${response.status}`);
  return answer;
}

const zonePath = (zone: string, action: string) => `/zones/${encodeURIComponent(zone)}/${action}`;

/** The platform that runs on this machine: its status, faults of its zones, its database, its end. */
export const control = {
  status: async (): Promise<Status> => Status.parse(await call("GET", "/status")),
  fault: async (zone: string, action: string, options: object): Promise<Status> =>
    Status.parse(await call("POST", zonePath(zone, action), options)),
  /** Replaces a service's pods in a zone, one after the other. Returns when that has begun. */
  restart: async (zone: string, service: string): Promise<Status> =>
    Status.parse(await call("POST", zonePath(zone, "restart"), { service })),
  /** Moves the database's primary to another zone. Returns when that has begun. */
  failOver: async (): Promise<Status> => Status.parse(await call("POST", "/database/failover")),
  /** Does now what a CronJob of the scheduled pre-scaling does when it is due, such as `pre-scaling-open`. */
  preScale: async (name: string): Promise<Status> =>
    Status.parse(await call("POST", `/pre-scaling/${encodeURIComponent(name)}`)),
  /** Keeps at least so many pods of each autoscaler, or of one service's, for a while; 0 pods end that. */
  holdPods: async (hold: { minimum: number; until: number; service?: string | undefined }): Promise<Status> =>
    Status.parse(await call("POST", "/pre-scaling", hold)),
  /** Starts an autoshift away from a zone, or ends the one that is active. */
  autoshift: async (zone: string | undefined): Promise<Status> =>
    Status.parse(await (zone ? call("POST", "/autoshifts", { zone }) : call("DELETE", "/autoshifts"))),
  stop: async (): Promise<void> => {
    await call("POST", "/stop");
  },
};
