import { duration, fullTime } from "../ui/format.ts";
import { saveFile } from "../ui/save-file.ts";
import { Loaded } from "../ui/states.tsx";
import { type Drill, useDrill } from "./operations.ts";
import { Value } from "./Value.tsx";

const LOOKS: Record<Drill["state"], string> = {
  running: "info",
  passed: "good",
  failed: "bad",
  error: "bad",
};

/** How a drill went. */
export function DrillBadge({ state }: { state: Drill["state"] }) {
  return <span className={`badge ${LOOKS[state] ?? ""}`}>{state}</span>;
}

/** One drill: how far it is, and once it has ended, its report. */
export function DrillReport({ id }: { id: string }) {
  const drill = useDrill(id);
  return (
    <section className="panel report" aria-label="Report">
      <Loaded query={drill} what="the drill">
        {(found) => <Report drill={found} />}
      </Loaded>
    </section>
  );
}

function Report({ drill }: { drill: Drill }) {
  const { scenario, state, startedAt, endedAt, progress, report, html, id } = drill;
  const took = endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : undefined;
  return (
    <>
      <header>
        <div className="row">
          <h2>{scenario}</h2>
          <DrillBadge state={state} />
        </div>
        {html && (
          <button
            type="button"
            className="button"
            onClick={() => saveFile(`drill-${id}.html`, "text/html", [html])}
          >
            Save as HTML
          </button>
        )}
      </header>
      <div className="body stack">
        <p className="small muted">
          Began {fullTime(startedAt)}
          {took !== undefined && `, took ${duration(took)}`}
        </p>
        {progress !== undefined && state === "running" && (
          <div role="status">
            <Value value={progress} />
          </div>
        )}
        {report === undefined ? (
          <p className="state">
            {state === "running" ? "The report comes when the drill has ended." : "There is no report."}
          </p>
        ) : (
          <Value value={report} />
        )}
      </div>
    </>
  );
}
