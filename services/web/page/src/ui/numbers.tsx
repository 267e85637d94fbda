import { dollars, grouped, signed, signOf } from "./format.ts";

/** A price whose decimal point stands below that of others: prices with two decimals get room for a third. */
export function Price({ value }: { value: string | undefined | null }) {
  if (!value) return <span className="muted">–</span>;
  const decimals = value.split(".")[1]?.length ?? 0;
  return (
    <span>
      {grouped(value)}
      {decimals < 3 && <span className="pad">{"0".repeat(3 - decimals)}</span>}
    </span>
  );
}

/** An amount in Australian dollars; a dash where it isn't known. */
export function Money({ value }: { value: string | null | undefined }) {
  return value == null ? <span className="muted">–</span> : <span>{dollars(value)}</span>;
}

const MARKS = { "1": "▲", "0": "▬", "-1": "▼" } as const;
const CLASSES = { "1": "up", "0": "muted", "-1": "down" } as const;

interface ChangeProps {
  /** A decimal string that may be negative. */
  value: string | null | undefined;
  /** Follows the number, such as `%`. */
  unit?: string;
  /** Without the shape, where another one stands beside it. */
  plain?: boolean;
}

/** A rise or fall, by shape and sign as well as colour. */
export function Change({ value, unit = "", plain = false }: ChangeProps) {
  if (value == null) return <span className="muted">–</span>;
  const sign = `${signOf(value)}` as keyof typeof MARKS;
  return (
    <span className={CLASSES[sign]}>
      {!plain && <span aria-hidden="true">{MARKS[sign]} </span>}
      {signed(value)}
      {unit}
    </span>
  );
}
