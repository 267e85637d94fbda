import { Link, useLocation, useParams } from "wouter";
import { timeOf } from "../ui/format.ts";
import { Empty, Loaded, Notice, Refused } from "../ui/states.tsx";
import { DrillForm } from "./DrillForm.tsx";
import { DrillBadge, DrillReport } from "./DrillReport.tsx";
import { useAct, useDrills } from "./operations.ts";
import "./zones.css";

/** Drills: scenarios that break the platform on purpose, under load, and reports of what came of it. */
export default function DrillsPage() {
  const { id } = useParams<{ id?: string }>();
  const [, go] = useLocation();
  const drills = useDrills();
  const act = useAct();
  return (
    <div className="page">
      <h1>Drills</h1>
      {act.error && (
        <Notice kind="bad" onClose={() => act.reset()}>
          <Refused error={act.error} />
        </Notice>
      )}
      <Loaded query={drills} what="the drills" rows={8}>
        {({ scenarios, drills: all }) => (
          <div className="drills">
            <div className="stack">
              <DrillForm
                scenarios={scenarios}
                busy={act.isPending || all.some(({ state }) => state === "running")}
                act={(action) =>
                  act.mutate(action, {
                    onSuccess: (answer) => answer?.id && go(`/zones/drills/${answer.id}`),
                  })
                }
              />
              <section className="panel" aria-label="Drills so far">
                <header>
                  <h2>So far</h2>
                </header>
                {all.length === 0 && <Empty title="No drill was run yet" />}
                <ul className="entries">
                  {all.map((drill) => (
                    <li key={drill.id} className="row spread">
                      <Link
                        href={`/zones/drills/${drill.id}`}
                        aria-current={drill.id === id ? "page" : undefined}
                      >
                        {drill.scenario}
                      </Link>
                      <span className="row">
                        <span className="muted small">{timeOf(drill.startedAt)}</span>
                        <DrillBadge state={drill.state} />
                      </span>
                    </li>
                  ))}
                </ul>
              </section>
            </div>
            {id ? (
              <DrillReport key={id} id={id} />
            ) : (
              <section className="panel">
                <Empty title="Choose a drill to read its report" />
              </section>
            )}
          </div>
        )}
      </Loaded>
    </div>
  );
}
