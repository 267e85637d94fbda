import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, get } from "../api/client.ts";
import { perPage } from "../api/query-client.ts";
import type { components } from "../api/schema.d.ts";
import { announce } from "../ui/announce.tsx";

type Schemas = components["schemas"];

export type Zone = Schemas["Zone"];
export type ZoneState = Zone["state"];
export type PodNow = Schemas["ZonePod"];
export type ZoneHistory = Schemas["ZoneSeries"];
export type Decision = Schemas["Decision"];
export type Shift = Schemas["Shift"];
export type Drill = Schemas["Drill"];
export type Models = Schemas["Models"];

/** Looks again and again. @param name of what is looked at, by which it is kept */
const useLook = <Data>(name: readonly string[], queryFn: () => Promise<Data>, refetchInterval: number) =>
  useQuery({ queryKey: ["operations", ...name], queryFn, refetchInterval });

export const useZones = () => useLook(["zones"], () => get(api.GET("/api/operations/zones", {})), 1000);
export const useGuard = () => useLook(["guard"], () => get(api.GET("/api/operations/guard", {})), 2000);
export const useShifts = () => useLook(["shifts"], () => get(api.GET("/api/operations/shifts", {})), 2000);
export const useDecisions = () =>
  useInfiniteQuery({
    queryKey: ["operations", "decisions"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: before }) =>
      get(
        api.GET("/api/operations/decisions", { params: { query: { limit: 50, ...(before && { before }) } } }),
      ),
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: perPage(2000),
  });
export const useHistory = (seconds: number) =>
  useLook(
    ["history", String(seconds)],
    () => get(api.GET("/api/operations/zones/history", { params: { query: { seconds } } })),
    2000,
  );
export const useDrills = () => useLook(["drills"], () => get(api.GET("/api/operations/drills", {})), 2000);
export const useDrill = (id: string) =>
  useLook(
    ["drills", id],
    () => get(api.GET("/api/operations/drills/{id}", { params: { path: { id } } })),
    1000,
  );
export const useModels = () => useLook(["models"], () => get(api.GET("/api/models", {})), 5000);

/** Something that an operator does: a request that changes the platform, and is audited. */
export interface Act {
  /** @throws ApiError */
  run(): Promise<{ id?: string } | undefined>;
  /** What it is called once it is done. */
  done: string;
}

/** Does what an operator confirmed, says so, and has all that is shown asked for anew. */
export function useAct() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ run }: Act) => run(),
    onSuccess: (_answer, { done }) => announce(done),
    onSettled: () => client.invalidateQueries({ queryKey: ["operations"] }),
  });
}

/** An act whose answer isn't needed: what it changed is asked for anew. */
const act = (done: string, run: () => Promise<unknown>): Act => ({
  done,
  run: async () => {
    await run();
    return undefined;
  },
});

export const shiftAway = (zone: string, expiresIn: string, comment: string): Act =>
  act(`Traffic is shifted away from ${zone}`, () =>
    get(api.POST("/api/operations/shifts", { body: { zone, expiresIn, comment } })),
  );

export const cancelShift = ({ id, zone }: Pick<Shift, "id" | "zone">): Act =>
  act(`The shift of ${zone} is cancelled`, () =>
    get(api.DELETE("/api/operations/shifts/{id}", { params: { path: { id } } })),
  );

export const injectFault = (zone: string, body: Schemas["NewFault"]): Act =>
  act(body.action === "heal" ? `${zone} is healed` : `${zone}: ${body.action}`, () =>
    get(api.POST("/api/operations/zones/{zone}/faults", { params: { path: { zone } }, body })),
  );

export const failOver = (): Act =>
  act("The database fails over", () => get(api.POST("/api/operations/database/failover", {})));

export const startDrill = (body: Schemas["NewDrill"]): Act => ({
  done: `The drill ${body.scenario} runs`,
  run: () => get(api.POST("/api/operations/drills", { body })),
});
