import { useState } from "react";
import { Field, Select } from "../ui/controls.tsx";
import { Confirm } from "../ui/Dialog.tsx";
import { type Act, shiftAway } from "./operations.ts";

const LENGTHS = [
  ["10m", "10 minutes"],
  ["30m", "30 minutes"],
  ["60m", "1 hour"],
  ["240m", "4 hours"],
] as const;

interface ShiftDialogProps {
  open: boolean;
  zone: string;
  onConfirm(action: Act): void;
  onClose(): void;
}

/** Asks for how long, and why, before a zone's traffic is shifted away. */
export function ShiftDialog({ open, zone, onConfirm, onClose }: ShiftDialogProps) {
  const [length, setLength] = useState("30m");
  const [comment, setComment] = useState("");
  return (
    <Confirm
      open={open}
      title={`Shift traffic away from ${zone}?`}
      action="Shift it away"
      kind="danger"
      onClose={onClose}
      onConfirm={() => onConfirm(shiftAway(zone, length, comment.trim() || "Shifted by an operator"))}
    >
      <p className="small">
        New connections go to the other two zones, which then serve half as much again each. The shift ends by
        itself.
      </p>
      <Select
        label="For"
        options={LENGTHS}
        value={length}
        onChange={({ target }) => setLength(target.value)}
      />
      <Field
        label="Why (others read this)"
        value={comment}
        maxLength={128}
        onChange={({ target }) => setComment(target.value)}
      />
    </Confirm>
  );
}
