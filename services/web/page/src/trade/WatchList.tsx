import { memo, useEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { INSTRUMENTS } from "../../../../market/instruments.ts";
import { parsePrice, priceText } from "../../../../market/price.ts";
import { useLast, useStreamState } from "../api/quotes.ts";
import { Change, Price } from "../ui/numbers.tsx";
import { ScrollRegion } from "../ui/ScrollRegion.tsx";
import { useCloses } from "./account-queries.ts";

const KEY = "trizone.favourites";

function storedFavourites(): string[] {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "[]") as unknown;
    return Array.isArray(stored) ? stored.filter((symbol) => INSTRUMENTS.has(symbol)) : [];
  } catch {
    // Not written by this page.
    return [];
  }
}

/** All that is traded, favourites first, with live prices. */
export function WatchList({ selected }: { selected: string }) {
  const [filter, setFilter] = useState("");
  const [favourites, setFavourites] = useState(storedFavourites);
  const closes = useCloses();
  const stream = useStreamState();
  const shown = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    const all = [...INSTRUMENTS.values()].filter(
      ({ symbol, name }) => symbol.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted),
    );
    const rank = (symbol: string) => (favourites.includes(symbol) ? 0 : 1);
    return all.sort((a, b) => rank(a.symbol) - rank(b.symbol) || (a.symbol < b.symbol ? -1 : 1));
  }, [filter, favourites]);
  const toggle = (symbol: string) => {
    const next = favourites.includes(symbol)
      ? favourites.filter((one) => one !== symbol)
      : [...favourites, symbol];
    setFavourites(next);
    localStorage.setItem(KEY, JSON.stringify(next));
  };
  return (
    <section className={`panel watch ${stream === "live" ? "" : "not-live"}`} aria-label="Watch list">
      <header>
        <h2>Watch list</h2>
        <input
          className="input filter"
          type="search"
          placeholder="Find a share"
          aria-label="Find a share"
          value={filter}
          onChange={({ target }) => setFilter(target.value)}
        />
      </header>
      <ScrollRegion label="Shares">
        <table>
          <thead>
            <tr>
              <th scope="col">Share</th>
              <th scope="col" className="number">
                Last
              </th>
              <th scope="col" className="number">
                Day
              </th>
              <th scope="col">
                <span className="hidden-text">Favourite</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ symbol, name }) => (
              <Row
                key={symbol}
                symbol={symbol}
                name={name}
                close={closes?.get(symbol)}
                selected={symbol === selected}
                favourite={favourites.includes(symbol)}
                toggle={toggle}
              />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p className="state">No share is called “{filter}”.</p>}
      </ScrollRegion>
    </section>
  );
}

interface RowProps {
  symbol: string;
  name: string;
  close: string | undefined;
  selected: boolean;
  favourite: boolean;
  toggle(symbol: string): void;
}

const Row = memo(function Row({ symbol, name, close, selected, favourite, toggle }: RowProps) {
  return (
    <tr className={selected ? "selected" : undefined}>
      <th scope="row">
        <Link href={`/trade/${symbol}`} aria-current={selected ? "true" : undefined} title={name}>
          {symbol}
          <span className="hidden-text"> {name}</span>
        </Link>
      </th>
      <Prices symbol={symbol} close={close} />
      <td>
        <button
          type="button"
          className="star"
          aria-pressed={favourite}
          aria-label={`Favourite ${symbol}`}
          onClick={() => toggle(symbol)}
        >
          <span aria-hidden="true">{favourite ? "★" : "☆"}</span>
        </button>
      </td>
    </tr>
  );
});

/** The part of a row that changes with each quote. */
function Prices({ symbol, close }: { symbol: string; close: string | undefined }) {
  const last = useLast(symbol);
  const cell = useRef<HTMLTableCellElement>(null);
  const before = useRef(last);
  useEffect(() => {
    const direction = moved(before.current, last);
    before.current = last;
    if (direction) cell.current?.animate(FLASHES[direction], FADE);
  }, [last]);
  return (
    <>
      <td className="number last" ref={cell}>
        <Price value={last} />
      </td>
      <td className="number">
        <Change value={changePercent(last, close)} unit="%" />
      </td>
    </>
  );
}

/** Only the text changes its colour: shares trade twice a second, and cells that light up would never be still. */
const flash = (token: string): Keyframe[] => [{ color: `var(${token})` }, { color: "var(--text)" }];
/** In steps: what fades without them is painted anew in each frame, which is half of the page's work. */
const FADE: KeyframeAnimationOptions = { duration: 600, easing: "steps(3)" };
const FLASHES = { up: flash("--up"), down: flash("--down") };

function moved(before: string | undefined, now: string | undefined): "up" | "down" | undefined {
  const [a, b] = [before && parsePrice(before), now && parsePrice(now)];
  if (!a || !b || a === b || matchMedia("(prefers-reduced-motion: reduce)").matches) return undefined;
  return b > a ? "up" : "down";
}

/** The change from the close in dollars, as a decimal string. */
export function changeOf(last: string | undefined, close: string | undefined): string | undefined {
  const [now, before] = [last && parsePrice(last), close && parsePrice(close)];
  if (!now || !before) return undefined;
  return `${now < before ? "-" : ""}${priceText(Math.abs(now - before))}`;
}

/** The same as a percentage with two decimals. */
export function changePercent(last: string | undefined, close: string | undefined): string | undefined {
  const [now, before] = [last && parsePrice(last), close && parsePrice(close)];
  return now && before ? ((now / before - 1) * 100).toFixed(2) : undefined;
}
