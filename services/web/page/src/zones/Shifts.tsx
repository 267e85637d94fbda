import { useState } from "react";
import { Confirm } from "../ui/Dialog.tsx";
import { timeOf } from "../ui/format.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { type Act, cancelShift, type Shift, useShifts } from "./operations.ts";

const isActive = ({ status }: Shift): boolean => /^active$/i.test(status);

/** The zonal shifts there are and were, and a way to end one. */
export function Shifts({ busy, act }: { busy: boolean; act(action: Act): void }) {
  const shifts = useShifts();
  const [asked, setAsked] = useState<Shift>();
  return (
    <section className="panel" aria-label="Zonal shifts">
      <header>
        <h2>Zonal shifts</h2>
      </header>
      <Loaded query={shifts} what="the shifts">
        {({ shifts: all }) =>
          all.length === 0 ? (
            <Empty title="All zones have their share of the traffic" />
          ) : (
            <ul className="entries">
              {all.map((shift) => (
                <li key={shift.id}>
                  <div className="row spread">
                    <span className="row">
                      <span className={`badge ${isActive(shift) ? "wait" : ""}`}>
                        {shift.status.toLowerCase()}
                      </span>
                      <strong>{shift.zone}</strong>
                    </span>
                    {isActive(shift) && (
                      <button
                        type="button"
                        className="button"
                        disabled={busy}
                        onClick={() => setAsked(shift)}
                      >
                        Cancel the shift
                      </button>
                    )}
                  </div>
                  <p>{shift.comment}</p>
                  <p className="muted tiny">
                    {timeOf(shift.startTime)} to {timeOf(shift.expiryTime)}, by {shift.by} ·{" "}
                    {shift.resources.join(", ")}
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <Confirm
        open={asked !== undefined}
        title={`End the shift of ${asked?.zone ?? ""}?`}
        action="End the shift"
        kind="danger"
        onClose={() => setAsked(undefined)}
        onConfirm={() => {
          if (asked) act(cancelShift(asked));
          setAsked(undefined);
        }}
      >
        <p className="small">
          The zone gets its share of new connections again at once, whether it is well or not.
        </p>
      </Confirm>
    </section>
  );
}
