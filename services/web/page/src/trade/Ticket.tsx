import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { nextDown, nextUp, parsePrice, priceProblem, priceText } from "../../../../market/price.ts";
import { carryOut } from "../api/intents.ts";
import { ApiError } from "../api/problems.ts";
import { quotes, useQuote } from "../api/quotes.ts";
import type { Order } from "../api/types.ts";
import { useMarket } from "../app/MarketClock.tsx";
import { announce } from "../ui/announce.tsx";
import { Field, Segments } from "../ui/controls.tsx";
import { dollars } from "../ui/format.ts";
import { Notice, Refused } from "../ui/states.tsx";
import { useCash, usePosition } from "./account-queries.ts";
import { Deposit } from "./Deposit.tsx";
import { ConfirmOrder, Estimated } from "./TicketParts.tsx";
import {
  type Draft,
  type DraftProblems,
  keepDraft,
  keptDraft,
  type Means,
  orderOf,
  problemsOf,
  wordsOf,
} from "./ticket.ts";

const SIDES = [
  { value: "buy", text: "Buy", className: "buy" },
  { value: "sell", text: "Sell", className: "sell" },
] as const;
const TYPES = [
  { value: "limit", text: "Limit" },
  { value: "market", text: "Market" },
] as const;

/** The order ticket: what to buy or sell, checked by the API's own rules before it is sent, and confirmed. */
export function Ticket({ symbol }: { symbol: string }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>(keptDraft);
  const [problems, setProblems] = useState<DraftProblems>({});
  const [refusal, setRefusal] = useState<unknown>();
  const [asking, setAsking] = useState(false);
  const [sending, setSending] = useState(false);
  // State comes with the next drawing; a double click comes before it.
  const sent = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const means = useMeans(symbol);

  useEffect(() => keepDraft(draft), [draft]);

  const change = (changes: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...changes }));
    setProblems({});
    setRefusal(undefined);
  };
  const step = (next: (mills: number) => number) => {
    const from = draft.limitPrice || quotes.quote(symbol)?.[draft.side === "buy" ? "ask" : "bid"] || "";
    const mills = parsePrice(from);
    if (mills)
      change({
        limitPrice: draft.limitPrice && !priceProblem(from) ? priceText(Math.max(1, next(mills))) : from,
      });
  };
  const review = (event: FormEvent) => {
    event.preventDefault();
    const found = problemsOf(draft, means());
    setProblems(found);
    if (Object.keys(found).length === 0) {
      sent.current = false;
      setAsking(true);
    } else requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
  };
  const place = async () => {
    if (sent.current) return;
    sent.current = true;
    setSending(true);
    const words = wordsOf(symbol, draft);
    try {
      const answer = carryOut<Order>({ path: "/api/orders", body: { ...orderOf(symbol, draft) }, words });
      setAsking(false);
      await answer;
      announce(`${words}: accepted`);
      setDraft((before) => ({ ...before, quantity: "" }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return;
      setRefusal(error);
      setProblems(fieldProblems(error));
    } finally {
      setSending(false);
      void client.invalidateQueries({ queryKey: ["orders"] });
      void client.invalidateQueries({ queryKey: ["accounts"] });
    }
  };

  return (
    <section className="panel ticket" aria-label="Order ticket">
      <header>
        <h2>Order {symbol}</h2>
        <Deposit quiet />
      </header>
      <form className="body stack" ref={form} onSubmit={review} noValidate>
        <CashLine />
        <Segments label="Side" value={draft.side} options={SIDES} onChange={(side) => change({ side })} />
        <Segments label="Type" value={draft.type} options={TYPES} onChange={(type) => change({ type })} />
        <Field
          label="Quantity"
          className="number"
          inputMode="numeric"
          autoComplete="off"
          placeholder="0"
          value={draft.quantity}
          onChange={({ target }) => change({ quantity: target.value.trim() })}
          problem={problems.quantity}
          hint={<Holding symbol={symbol} side={draft.side} take={(quantity) => change({ quantity })} />}
        />
        {draft.type === "limit" && (
          <div className="price-field">
            <Field
              label="Limit price (A$)"
              className="number"
              inputMode="decimal"
              autoComplete="off"
              placeholder="0.00"
              value={draft.limitPrice}
              onChange={({ target }) => change({ limitPrice: target.value.trim() })}
              onKeyDown={(event) => {
                if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
                event.preventDefault();
                step(event.key === "ArrowUp" ? nextUp : nextDown);
              }}
              problem={problems.limitPrice}
              hint="Arrow keys move it by the price step."
            />
            <div className="row">
              <TakePrice symbol={symbol} take={(limitPrice) => change({ limitPrice })} />
            </div>
          </div>
        )}
        <Estimated symbol={symbol} draft={draft} />
        {problems.symbol && <Notice kind="bad">{problems.symbol}</Notice>}
        {refusal !== undefined && (
          <Notice kind="bad" onClose={() => setRefusal(undefined)}>
            <Refused error={refusal} />
          </Notice>
        )}
        <button type="submit" className={`button wide ${draft.side}`} disabled={sending}>
          {sending ? "Sending…" : `${draft.side === "buy" ? "Buy" : "Sell"} ${symbol}`}
        </button>
      </form>
      <ConfirmOrder
        open={asking}
        symbol={symbol}
        draft={draft}
        busy={sending}
        onConfirm={() => void place()}
        onClose={() => setAsking(false)}
      />
    </section>
  );
}

/** What is known when the button is pressed; read then, so that the ticket isn't drawn anew with every quote. */
function useMeans(symbol: string): () => Means {
  const { account, known } = useCash();
  const { position, known: positionKnown } = usePosition(symbol);
  const market = useMarket().data?.market;
  return () => ({
    quote: quotes.quote(symbol),
    available: known ? (account?.available ?? "0.00") : undefined,
    sellable: positionKnown ? (position ? position.quantity - position.reserved : 0) : undefined,
    open: market?.open,
  });
}

function fieldProblems(error: unknown): DraftProblems {
  const found: DraftProblems = {};
  if (!(error instanceof ApiError)) return found;
  for (const { field, message } of error.fields) {
    if (field === "quantity" || field === "limitPrice" || field === "symbol") found[field] = message;
  }
  return found;
}

function CashLine() {
  const { account, known } = useCash();
  if (!known) return null;
  return (
    <p className="row spread small">
      <span className="muted">Cash available</span>{" "}
      <strong>{account ? dollars(account.available) : "none yet"}</strong>
    </p>
  );
}

function Holding({
  symbol,
  side,
  take,
}: {
  symbol: string;
  side: Draft["side"];
  take(quantity: string): void;
}) {
  const { position } = usePosition(symbol);
  const free = position ? position.quantity - position.reserved : 0;
  if (!position || position.quantity === 0) return <>You hold none.</>;
  return (
    <>
      You hold {position.quantity}
      {position.reserved > 0 && `, of which ${position.reserved} are promised to open orders`}.{" "}
      {side === "sell" && free > 0 && (
        <button type="button" className="link" onClick={() => take(String(free))}>
          Sell all
        </button>
      )}
    </>
  );
}

function TakePrice({ symbol, take }: { symbol: string; take(price: string): void }) {
  const quote = useQuote(symbol);
  if (!quote) return null;
  return (
    <>
      {(["bid", "ask"] as const).map((which) => (
        <button key={which} type="button" className="button quiet" onClick={() => take(quote[which])}>
          {which === "bid" ? "Bid" : "Ask"} {quote[which]}
        </button>
      ))}
    </>
  );
}
