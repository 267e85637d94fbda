import { Link } from "wouter";
import { useGuard } from "./operations.ts";

const MODES: Record<string, string> = {
  observe: "only watches",
  recommend: "recommends",
  act: "shifts by itself",
};

/** What the guard is doing, and whether it sees and can act. */
export function GuardStatus() {
  const { data, error } = useGuard();
  if (error) return <span className="badge bad">The guard does not answer</span>;
  if (!data) return <span className="badge">Asking the guard…</span>;
  const { mode, active, zone, source, arc } = data;
  return (
    <div className="row">
      <span className={`badge ${mode === "act" ? "good" : "wait"}`}>
        Guard {MODES[mode] ?? mode}
        {active ? ` from ${zone}` : " (standby)"}
      </span>
      <span className={`badge ${source.ok ? "good" : "bad"}`} title={source.detail}>
        <span aria-hidden="true">{source.ok ? "✓" : "✕"}</span> {source.ok ? "sees" : "doesn't see"} the pods
      </span>
      <span className={`badge ${arc.ok ? "good" : "bad"}`} title={arc.detail}>
        <span aria-hidden="true">{arc.ok ? "✓" : "✕"}</span> {arc.ok ? "can" : "can't"} shift
      </span>
      <Link href="/zones/drills" className="button">
        Drills
      </Link>
    </div>
  );
}
