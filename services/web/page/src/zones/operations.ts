import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "../api/client.ts";
import { announce } from "../ui/announce.tsx";

/** The operators' API, as the guard serves it; `request` checks nothing of it, so every field is drawn as text. */
const BASE = "/api/operations";

export type ZoneState = "healthy" | "sick" | "shifted" | "faulty";

export interface PodNow {
  name: string;
  service: string;
  ready: boolean;
  requestsPerSecond: number;
  /** 0 to 1. */
  errorShare: number;
  p99Ms: number | null;
}

export interface Zone {
  zone: string;
  letter: string;
  id: string;
  state: ZoneState;
  requestsPerSecond: number;
  errorShare: number;
  p50Ms: number | null;
  p99Ms: number | null;
  pods: PodNow[];
  faults: string[];
  databaseRole: "primary" | "standby" | null;
  /** Shares of the balancers' requests, 0 to 1. */
  weights: { public: number; internal: number };
}

export interface ZonesNow {
  at: string;
  mode: string;
  zones: Zone[];
}

export interface ZoneHistory {
  requests: number[];
  errors: number[];
  p50Ms: (number | null)[];
  p99Ms: (number | null)[];
}

export interface Guard {
  mode: string;
  active: boolean;
  zone: string;
  source: { kind: string; ok: boolean; detail: string };
  arc: { ok: boolean; detail: string };
}

export interface Decision {
  id: string;
  at: string;
  kind: string;
  zone: string;
  reason: string;
  text: string;
  evidence: Record<string, unknown>;
}

export interface Shift {
  id: string;
  zone: string;
  resources: string[];
  status: string;
  comment: string;
  startTime: string;
  expiryTime: string;
  by: string;
}

export interface Drill {
  id: string;
  scenario: string;
  state: "running" | "passed" | "failed" | "error";
  startedAt: string;
  endedAt?: string;
  progress?: unknown;
  report?: unknown;
  html?: string;
}

export interface Models {
  current: string;
  previous?: string | null;
  candidate?: string | null;
  split?: Record<string, number> | null;
  versions: ({ version: string } & Record<string, unknown>)[];
  drift?: unknown;
}

const useLook = <Data>(path: string, everyMs: number | false) =>
  useQuery({
    queryKey: ["operations", path],
    queryFn: () => request<Data>("GET", path),
    refetchInterval: everyMs,
  });

export const useZones = () => useLook<ZonesNow>(`${BASE}/zones`, 1000);
export const useGuard = () => useLook<Guard>(`${BASE}/guard`, 2000);
export const useShifts = () => useLook<{ shifts: Shift[] }>(`${BASE}/shifts`, 2000);
export const useDecisions = () => useLook<{ decisions: Decision[] }>(`${BASE}/decisions?limit=50`, 2000);
export const useHistory = (seconds: number) =>
  useLook<{ seconds: number[]; zones: Record<string, ZoneHistory> }>(
    `${BASE}/zones/history?seconds=${seconds}`,
    2000,
  );
export const useDrills = () =>
  useLook<{ scenarios: { name: string; description: string }[]; drills: Drill[] }>(`${BASE}/drills`, 2000);
export const useDrill = (id: string) => useLook<Drill>(`${BASE}/drills/${encodeURIComponent(id)}`, 1000);
export const useModels = () => useLook<Models>("/api/models", 5000);

/** Something that an operator does: a request that changes the platform, and is audited. */
export interface Act {
  method: "POST" | "DELETE";
  path: string;
  body?: Record<string, unknown>;
  /** What it is called once it is done. */
  done: string;
}

/** Does what an operator confirmed, says so, and has all that is shown asked for anew. */
export function useAct() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, body }: Act) => request<{ id?: string } | undefined>(method, path, body),
    onSuccess: (_answer, { done }) => announce(done),
    onSettled: () => client.invalidateQueries({ queryKey: ["operations"] }),
  });
}

export const shiftAway = (zone: string, expiresIn: string, comment: string): Act => ({
  method: "POST",
  path: `${BASE}/shifts`,
  body: { zone, expiresIn, comment },
  done: `Traffic is shifted away from ${zone}`,
});

export const cancelShift = ({ id, zone }: Pick<Shift, "id" | "zone">): Act => ({
  method: "DELETE",
  path: `${BASE}/shifts/${encodeURIComponent(id)}`,
  done: `The shift of ${zone} is cancelled`,
});

export const injectFault = (zone: string, body: { action: string; ms?: number; share?: number }): Act => ({
  method: "POST",
  path: `${BASE}/zones/${encodeURIComponent(zone)}/faults`,
  body,
  done: body.action === "heal" ? `${zone} is healed` : `${zone}: ${body.action}`,
});

export const failOver = (): Act => ({
  method: "POST",
  path: `${BASE}/database/failover`,
  done: "The database fails over",
});

export const startDrill = (body: { scenario: string; zone?: string; rate?: number; seed?: number }): Act => ({
  method: "POST",
  path: `${BASE}/drills`,
  body,
  done: `The drill ${body.scenario} runs`,
});
