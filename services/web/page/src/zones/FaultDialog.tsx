import { useState } from "react";
import { Field, Select } from "../ui/controls.tsx";
import { Confirm } from "../ui/Dialog.tsx";
import { type Act, injectFault, type Zone } from "./operations.ts";

const ACTIONS = [
  ["slow", "Slow: every answer takes longer"],
  ["errors", "Errors: a share of the requests fails"],
  ["freeze", "Freeze: processes stop, connections stay"],
  ["kill", "Kill: all processes end at once"],
  ["cut", "Cut: the zone's network is gone"],
  ["heal", "Heal: end all of that"],
] as const;

interface FaultDialogProps {
  open: boolean;
  zone: Zone;
  onConfirm(action: Act): void;
  onClose(): void;
}

/** Asks which fault, and how large, before it is injected into a zone. */
export function FaultDialog({ open, zone, onConfirm, onClose }: FaultDialogProps) {
  const [action, setAction] = useState<(typeof ACTIONS)[number][0]>("slow");
  const [ms, setMs] = useState("300");
  const [share, setShare] = useState("10");
  const [problem, setProblem] = useState<string>();
  const confirm = () => {
    const size = Number(action === "slow" ? ms : share);
    const most = action === "slow" ? 10_000 : 100;
    if ((action === "slow" || action === "errors") && !(size > 0 && size <= most)) {
      setProblem(`Must be a number from 1 to ${most}.`);
      return;
    }
    onConfirm(
      injectFault(zone.zone, {
        action,
        ...(action === "slow" && { ms: size }),
        ...(action === "errors" && { share: size / 100 }),
      }),
    );
  };
  return (
    <Confirm
      open={open}
      title={`Inject a fault into ${zone.zone}?`}
      action={action === "heal" ? "Heal the zone" : "Inject it"}
      kind={action === "heal" ? "primary" : "danger"}
      onClose={onClose}
      onConfirm={confirm}
    >
      <p className="small">
        It meets everybody who uses this platform.
        {zone.databaseRole === "primary" && " The database's primary is in this zone: it fails over."}
      </p>
      <Select
        label="Fault"
        options={ACTIONS}
        value={action}
        onChange={({ target }) => {
          const [chosen] = ACTIONS.find(([value]) => value === target.value) ?? [];
          if (chosen) setAction(chosen);
          setProblem(undefined);
        }}
      />
      {action === "slow" && (
        <Field
          label="By how many milliseconds"
          inputMode="numeric"
          className="number"
          value={ms}
          problem={problem}
          onChange={({ target }) => setMs(target.value)}
        />
      )}
      {action === "errors" && (
        <Field
          label="Per cent of the requests"
          inputMode="numeric"
          className="number"
          value={share}
          problem={problem}
          onChange={({ target }) => setShare(target.value)}
        />
      )}
    </Confirm>
  );
}
