import { useStreamState } from "../api/quotes.ts";
import { useConnection } from "./use-session.ts";

const WORDS = { connecting: "connecting", live: "live", stale: "late", down: "interrupted" } as const;
const LOOKS = { connecting: "wait", live: "good", stale: "wait", down: "bad" } as const;

/** `ap-southeast-2b` as `2b`; another name as it is. */
const short = (zone: string) => /-(\d[a-z])$/.exec(zone)?.[1] ?? zone;

/** The line at the bottom: whether quotes are live, and which zones answered. */
export function StatusBar() {
  const stream = useStreamState();
  const { zones, path } = useConnection();
  const counts = Object.entries(zones).sort(([a], [b]) => a.localeCompare(b));
  return (
    <footer className="status-bar">
      <span>
        Quotes <span className={`badge ${LOOKS[stream]}`}>{WORDS[stream]}</span>
      </span>
      <span>
        Answers by zone:{" "}
        {counts.length === 0
          ? "none yet"
          : counts.map(([zone, count]) => `${short(zone)} ${count}`).join(" · ")}
      </span>
      {path && <span>Last way: {path.split(">").map(short).join(" → ")}</span>}
    </footer>
  );
}
