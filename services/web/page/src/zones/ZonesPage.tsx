import { useState } from "react";
import { Loaded, Notice, Refused } from "../ui/states.tsx";
import { Decisions } from "./Decisions.tsx";
import { FailOver } from "./FailOver.tsx";
import { GuardStatus } from "./GuardStatus.tsx";
import { useAct, useHistory, useZones } from "./operations.ts";
import { Picture } from "./Picture.tsx";
import { Shifts } from "./Shifts.tsx";
import { ZoneCard } from "./ZoneCard.tsx";
import "./zones.css";

const SECONDS = 300;

/** The three zones, the guard's decisions, and what an operator can do about them. */
export default function ZonesPage() {
  const zones = useZones();
  const history = useHistory(SECONDS);
  const act = useAct();
  const [done, setDone] = useState<string>();
  const run = (action: Parameters<typeof act.mutate>[0]) => {
    setDone(undefined);
    act.mutate(action, { onSuccess: () => setDone(action.done) });
  };
  const all = history.data ? Object.values(history.data.zones) : [];
  const scales = {
    requests: highest(all.flatMap(({ requests }) => requests)),
    errors: highest(all.flatMap(({ errors }) => errors)),
    ms: highest(all.flatMap(({ p99Ms }) => p99Ms)),
  };
  return (
    <div className="page">
      <div className="row spread">
        <h1>Zones</h1>
        <GuardStatus />
      </div>
      {act.error && (
        <Notice kind="bad" onClose={() => act.reset()}>
          <Refused error={act.error} />
        </Notice>
      )}
      {done && (
        <Notice kind="good" onClose={() => setDone(undefined)}>
          {done}. It is in the decisions below.
        </Notice>
      )}
      <Loaded query={zones} what="the zones" rows={12}>
        {({ zones: found }) => (
          <>
            <Picture zones={found} />
            <div className="zone-cards">
              {found.map((zone) => (
                <ZoneCard
                  key={zone.zone}
                  zone={zone}
                  seconds={history.data?.seconds ?? []}
                  history={history.data?.zones[zone.zone]}
                  scales={scales}
                  busy={act.isPending}
                  act={run}
                />
              ))}
            </div>
            <FailOver zones={found} busy={act.isPending} act={run} />
          </>
        )}
      </Loaded>
      <div className="zone-lists">
        <Decisions />
        <Shifts busy={act.isPending} act={run} />
      </div>
    </div>
  );
}

/** The largest of what is known, so that the zones' charts have one scale. */
function highest(values: readonly (number | null)[]): number {
  return values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}
