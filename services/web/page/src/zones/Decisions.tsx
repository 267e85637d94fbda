import { fullTime, timeOf } from "../ui/format.ts";
import { More } from "../ui/More.tsx";
import { Empty, Loaded } from "../ui/states.tsx";
import { type Decision, useDecisions } from "./operations.ts";
import { Value } from "./Value.tsx";

const LOOKS: Record<string, string> = {
  shift: "wait",
  renew: "wait",
  cancel: "good",
  refuse: "",
  adopt: "info",
  failover: "wait",
  operator: "info",
};

/** What the guard and operators decided, newest first, each with what it was decided by. */
export function Decisions() {
  const decisions = useDecisions();
  const items = decisions.data?.pages.flatMap((page) => page.decisions);
  return (
    <section className="panel" aria-label="Decisions">
      <header>
        <h2>Decisions</h2>
      </header>
      <Loaded query={{ ...decisions, data: items }} what="the decisions">
        {(all) =>
          all.length === 0 ? (
            <Empty title="Nothing was decided yet" />
          ) : (
            <ol className="entries">
              {all.map((decision) => (
                <Entry key={decision.id} decision={decision} />
              ))}
            </ol>
          )
        }
      </Loaded>
      <More query={decisions} count={items?.length ?? 0} what="decisions" />
    </section>
  );
}

function Entry({ decision: { at, kind, zone, reason, text, evidence } }: { decision: Decision }) {
  return (
    <li>
      <div className="row spread">
        <span className="row">
          <span className={`badge ${LOOKS[kind] ?? ""}`}>{kind}</span>
          <strong>{zone ?? "platform"}</strong>
          <span className="muted small">{reason}</span>
        </span>
        <time className="muted small" dateTime={at} title={fullTime(at)}>
          {timeOf(at)}
        </time>
      </div>
      <p>{text}</p>
      {evidence && Object.keys(evidence).length > 0 && (
        <details>
          <summary>Evidence</summary>
          <Value value={evidence} />
        </details>
      )}
    </li>
  );
}
