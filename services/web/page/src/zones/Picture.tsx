import { percent } from "../ui/format.ts";
import type { PodNow, Zone, ZoneState } from "./operations.ts";

/** From where requests come in to where they end. */
const ORDER = ["web", "gateway", "trading", "transactions", "portfolio", "market-data", "news", "guard"];

const SHAPES: Record<ZoneState, string> = { healthy: "✓", sick: "✕", shifted: "⇥", faulty: "!" };
const WORDS: Record<ZoneState, string> = {
  healthy: "healthy",
  sick: "sick",
  shifted: "shifted away",
  faulty: "fault injected",
};

/** A zone's state by word, shape and colour. */
export function StateBadge({ state }: { state: ZoneState }) {
  const look = { healthy: "good", sick: "bad", shifted: "wait", faulty: "bad" }[state] ?? "";
  return (
    <span className={`badge ${look}`}>
      <span aria-hidden="true">{SHAPES[state] ?? "?"}</span> {WORDS[state] ?? state}
    </span>
  );
}

/** The platform as its three zones: how traffic comes in, what runs where, and which zone is not well. */
export function Picture({ zones }: { zones: readonly Zone[] }) {
  return (
    <section className="panel picture" aria-label="The platform">
      <p className="internet">
        Internet <span aria-hidden="true">→</span> public load balancer
      </p>
      <ul className="picture-zones">
        {zones.map((zone) => (
          <li key={zone.zone} className={`picture-zone ${zone.state}`}>
            <p className="share" data-off={zone.weights.public === 0 ? "" : undefined}>
              <span aria-hidden="true">{zone.weights.public === 0 ? "╳" : "↓"}</span>{" "}
              {percent(zone.weights.public, 0)} of the requests, {percent(zone.weights.internal, 0)} of those
              between services
            </p>
            <div className="row spread">
              <h2>{zone.zone}</h2>
              <StateBadge state={zone.state} />
            </div>
            <ul className="chips">
              {services(zone.pods).map(([service, pods]) => {
                const ready = pods.filter((pod) => pod.ready).length;
                const bad = ready < pods.length || pods.some(({ errorShare }) => errorShare > 0.05);
                return (
                  <li key={service} className={bad ? "chip bad" : "chip"}>
                    <span aria-hidden="true">{bad ? "✕ " : ""}</span>
                    {service}{" "}
                    <span className="count">
                      {ready}/{pods.length}
                    </span>
                  </li>
                );
              })}
              <li className={`chip database ${zone.databaseRole ?? "none"}`}>
                {zone.databaseRole ? `database: ${zone.databaseRole}` : "no database known here"}
              </li>
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}

function services(pods: readonly PodNow[]): [string, PodNow[]][] {
  const grouped = Map.groupBy(pods, ({ service }) => service);
  const rank = (name: string) => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1);
  return [...grouped].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
}
