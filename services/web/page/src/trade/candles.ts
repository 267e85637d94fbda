/** Lengths of candles that can be chosen, in milliseconds. */
export const INTERVALS = {
  "5s": 5000,
  "1m": 60_000,
  "5m": 300_000,
  "15m": 900_000,
  "1h": 3_600_000,
  "1d": 86_400_000,
} as const;

export type Interval = keyof typeof INTERVALS;

/** Candles by column, as a chart takes them: times in seconds since 1970, prices in dollars, volumes in shares. */
export interface Series {
  times: number[];
  open: number[];
  high: number[];
  low: number[];
  close: number[];
  volume: number[];
}

interface Candle {
  time: string;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: number;
}

/** Floats do for pictures; amounts are computed elsewhere. */
export function asSeries(candles: readonly Candle[]): Series {
  return {
    times: candles.map(({ time }) => Date.parse(time) / 1000),
    open: candles.map(({ open }) => Number(open)),
    high: candles.map(({ high }) => Number(high)),
    low: candles.map(({ low }) => Number(low)),
    close: candles.map(({ close }) => Number(close)),
    volume: candles.map(({ volume }) => volume),
  };
}

/** The series with the latest price in it: in its last candle, or in a new one whose time has begun. @param nowMs since 1970 */
export function withLast(series: Series, last: number, nowMs: number, lengthMs: number): Series {
  const start = (Math.floor(nowMs / lengthMs) * lengthMs) / 1000;
  const end = series.times.length - 1;
  const previous = series.times[end];
  if (previous === undefined || start < previous) return series;
  const replaced = start === previous;
  const keep = replaced ? end : end + 1;
  const grow = (values: number[], value: number) => [...values.slice(0, keep), value];
  return {
    times: grow(series.times, start),
    open: grow(series.open, replaced ? (series.open[end] ?? last) : last),
    high: grow(series.high, replaced ? Math.max(series.high[end] ?? last, last) : last),
    low: grow(series.low, replaced ? Math.min(series.low[end] ?? last, last) : last),
    close: grow(series.close, last),
    volume: grow(series.volume, replaced ? (series.volume[end] ?? 0) : 0),
  };
}
