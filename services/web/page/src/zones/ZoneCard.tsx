import { useState } from "react";
import { percent } from "../ui/format.ts";
import { FaultDialog } from "./FaultDialog.tsx";
import type { Act, PodNow, Zone, ZoneHistory } from "./operations.ts";
import { StateBadge } from "./Picture.tsx";
import { ShiftDialog } from "./ShiftDialog.tsx";
import { ZoneChart } from "./ZoneChart.tsx";

interface ZoneCardProps {
  zone: Zone;
  /** Epoch seconds of the history. */
  seconds: readonly number[];
  history: ZoneHistory | undefined;
  /** The charts' upper ends, the same for all zones. */
  scales: { requests: number; errors: number; ms: number };
  busy: boolean;
  act(action: Act): void;
}

const ms = (value: number | null) => (value === null ? "–" : `${Math.round(value)} ms`);

/** One zone: its figures now and over the last minutes, its pods, and what can be done to it. */
export function ZoneCard({ zone, seconds, history, scales, busy, act }: ZoneCardProps) {
  const [asking, setAsking] = useState<"shift" | "fault">();
  const close = () => setAsking(undefined);
  const confirmed = (action: Act) => {
    close();
    act(action);
  };
  const { requests = [], errors = [], p50Ms = [], p99Ms = [] } = history ?? {};
  return (
    <section className={`panel zone-card ${zone.state}`} aria-label={`Zone ${zone.letter}`}>
      <header>
        <div>
          <h2>{zone.zone}</h2>
          <span className="muted small">{zone.id}</span>
        </div>
        <StateBadge state={zone.state} />
      </header>
      <dl className="zone-figures">
        <Figure name="Requests/s" value={zone.requestsPerSecond.toFixed(1)} />
        <Figure name="Errors" value={percent(zone.errorShare)} bad={zone.errorShare > 0.01} />
        <Figure name="p50" value={ms(zone.p50Ms)} />
        <Figure name="p99" value={ms(zone.p99Ms)} bad={(zone.p99Ms ?? 0) > 500} />
      </dl>
      <ZoneChart
        title="Requests and errors a second"
        seconds={seconds}
        top={scales.requests}
        lines={[
          { name: "requests", token: "--accent", values: requests },
          { name: "errors", token: "--down", values: errors, dashed: true },
        ]}
      />
      <ZoneChart
        title="Latency, ms"
        seconds={seconds}
        top={scales.ms}
        lines={[
          { name: "p99", token: "--warn", values: p99Ms },
          { name: "p50", token: "--accent", values: p50Ms, dashed: true },
        ]}
      />
      {zone.faults.length > 0 && (
        <p className="body faults">
          <strong>Injected:</strong> {zone.faults.join(", ")}
        </p>
      )}
      <details className="pods">
        <summary>
          {zone.pods.filter(({ ready }) => ready).length} of {zone.pods.length} pods ready
        </summary>
        <Pods pods={zone.pods} />
      </details>
      <footer className="row body">
        <button type="button" className="button" disabled={busy} onClick={() => setAsking("shift")}>
          Shift away…
        </button>
        <button type="button" className="button" disabled={busy} onClick={() => setAsking("fault")}>
          Inject a fault…
        </button>
      </footer>
      <ShiftDialog open={asking === "shift"} zone={zone.zone} onClose={close} onConfirm={confirmed} />
      <FaultDialog open={asking === "fault"} zone={zone} onClose={close} onConfirm={confirmed} />
    </section>
  );
}

function Figure({ name, value, bad = false }: { name: string; value: string; bad?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={bad ? "down" : undefined}>
        {bad && <span aria-hidden="true">▲ </span>}
        {value}
      </dd>
    </div>
  );
}

function Pods({ pods }: { pods: readonly PodNow[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Pod</th>
          <th scope="col" className="number">
            /s
          </th>
          <th scope="col" className="number">
            Errors
          </th>
          <th scope="col" className="number">
            p99
          </th>
        </tr>
      </thead>
      <tbody>
        {pods.map((pod) => (
          <tr key={pod.name}>
            <th scope="row" title={pod.name}>
              <span className={pod.ready ? "up" : "down"} aria-hidden="true">
                {pod.ready ? "●" : "○"}
              </span>{" "}
              {pod.service}
              {!pod.ready && " (not ready)"}
            </th>
            <td className="number">{pod.requestsPerSecond.toFixed(0)}</td>
            <td className="number">{percent(pod.errorShare)}</td>
            <td className="number">{ms(pod.p99Ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
