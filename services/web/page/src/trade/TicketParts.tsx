import { quotes, useQuote } from "../api/quotes.ts";
import { Confirm } from "../ui/Dialog.tsx";
import { dollars } from "../ui/format.ts";
import { type Draft, estimateOf, wordsOf, worstOf } from "./ticket.ts";

/** What the draft would come to at the prices of now. */
export function Estimated({ symbol, draft }: { symbol: string; draft: Draft }) {
  const quote = useQuote(symbol);
  const estimate = estimateOf(draft, quote);
  const buys = draft.side === "buy";
  return (
    <dl className="facts estimate">
      <dt>{buys ? "Estimated cost" : "Estimated proceeds"}</dt>
      <dd>{estimate ? dollars(estimate.amount) : "–"}</dd>
      <dt>Reserved until it ends</dt>
      <dd>{reservedText(draft, estimate?.reserved)}</dd>
      {draft.type === "market" && (
        <>
          <dt>{buys ? "At most, per share" : "At least, per share"}</dt>
          <dd>{worstOf(draft.side, quote) ?? "–"}</dd>
        </>
      )}
      <dt>Trades</dt>
      <dd>{estimate ? (estimate.immediate ? "at once" : "once the price gets there") : "–"}</dd>
    </dl>
  );
}

function reservedText({ side, quantity }: Draft, reserved: string | undefined): string {
  if (side === "sell") return quantity ? `${quantity} shares` : "–";
  return reserved ? dollars(reserved) : "–";
}

interface ConfirmOrderProps {
  open: boolean;
  symbol: string;
  draft: Draft;
  busy: boolean;
  onConfirm(): void;
  onClose(): void;
}

/** Asks once more before an order is sent. */
export function ConfirmOrder({ open, symbol, draft, busy, onConfirm, onClose }: ConfirmOrderProps) {
  const buys = draft.side === "buy";
  const estimate = open ? estimateOf(draft, quotes.quote(symbol)) : undefined;
  return (
    <Confirm
      open={open}
      title={`${wordsOf(symbol, draft)}?`}
      action={buys ? "Place buy order" : "Place sell order"}
      kind={draft.side}
      busy={busy}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <dl className="facts">
        <dt>{buys ? "Estimated cost" : "Estimated proceeds"}</dt>
        <dd>{estimate ? dollars(estimate.amount) : "–"}</dd>
        <dt>Reserved until it ends</dt>
        <dd>{reservedText(draft, estimate?.reserved)}</dd>
        <dt>Good</dt>
        <dd>until the day ends</dd>
      </dl>
      <p className="small muted">
        {draft.type === "market"
          ? "A market order trades at once at the best prices there are, within 5 % of the best one."
          : "It trades at this price or a better one, and may be filled in parts."}
      </p>
    </Confirm>
  );
}
