import { useState } from "react";
import { Confirm } from "../ui/Dialog.tsx";
import { type Act, failOver, type Zone } from "./operations.ts";

interface FailOverProps {
  zones: readonly Zone[];
  busy: boolean;
  act(action: Act): void;
}

/** Where the database is, and a way to have it fail over. */
export function FailOver({ zones, busy, act }: FailOverProps) {
  const [asking, setAsking] = useState(false);
  const primary = zones.find(({ databaseRole }) => databaseRole === "primary");
  const standby = zones.find(({ databaseRole }) => databaseRole === "standby");
  return (
    <section className="panel" aria-label="Database">
      <header>
        <div className="row">
          <h2>Database</h2>
          <span className="small">
            primary in <strong>{primary?.zone ?? "no zone"}</strong>
            <span className="muted"> · standby in {standby?.zone ?? "no zone yet"}</span>
          </span>
        </div>
        <button type="button" className="button" disabled={busy || !standby} onClick={() => setAsking(true)}>
          Fail over…
        </button>
      </header>
      <Confirm
        open={asking}
        title="Fail the database over?"
        action="Fail it over"
        kind="danger"
        onClose={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          act(failOver());
        }}
      >
        <p className="small">
          The standby in {standby?.zone} takes over. Until then, which is some seconds, nothing can be stored:
          requests wait or are answered 503. No order is lost. Your name is kept with it in the decisions.
        </p>
      </Confirm>
    </section>
  );
}
