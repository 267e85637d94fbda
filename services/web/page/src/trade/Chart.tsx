import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { quotes } from "../api/quotes.ts";
import { colourOf } from "../app/theme.ts";
import { axisTexts, timeOf } from "../ui/format.ts";
import { INTERVALS, type Interval, type Series, withLast } from "./candles.ts";

interface ChartProps {
  symbol: string;
  interval: Interval;
  series: Series;
}

const HEIGHT = 330;
/** The newest candle follows the price so often, which costs less than following each quote. */
const FOLLOW_MS = 250;

const dataOf = ({ times, open, high, low, close, volume }: Series): uPlot.AlignedData => [
  times,
  open,
  high,
  low,
  close,
  volume,
];

/** Candles with volumes below them; the newest one follows the live price. */
export default function Chart({ symbol, interval, series }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element.clientWidth), dataOf(series), element);
      showLatest(plot.current);
    };
    draw();
    const resize = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resize.observe(element);
    document.addEventListener("themechange", draw);
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", draw);
    const timer = setInterval(() => {
      const last = Number(quotes.quote(symbol)?.last);
      const chart = plot.current;
      if (!chart || !(last > 0)) return;
      chart.setData(dataOf(withLast(series, last, Date.now(), INTERVALS[interval])));
      showLatest(chart);
    }, FOLLOW_MS);
    return () => {
      clearInterval(timer);
      resize.disconnect();
      document.removeEventListener("themechange", draw);
      system.removeEventListener("change", draw);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [symbol, interval, series]);
  return <div ref={holder} className="canvas" role="img" aria-label={describe(symbol, interval, series)} />;
}

function describe(symbol: string, interval: Interval, { high, low, close }: Series): string {
  if (close.length === 0) return `${symbol}: no history`;
  const price = (value: number) => value.toFixed(2);
  return (
    `${symbol}: ${close.length} candles of ${interval}, from ${price(close[0] ?? 0)} to ${price(close.at(-1) ?? 0)}, ` +
    `highest ${price(Math.max(...high))}, lowest ${price(Math.min(...low))}`
  );
}

function options(width: number): uPlot.Options {
  const axis = {
    stroke: colourOf("--muted"),
    grid: { stroke: colourOf("--grid"), width: 1 },
    ticks: { show: false },
  };
  // Read once: each look at the styles may have the browser compute them.
  const colours = { up: colourOf("--up"), down: colourOf("--down") };
  const font = "11px system-ui, sans-serif";
  const hidden = { paths: () => null, points: { show: false } };
  const price = {
    ...hidden,
    value: (_plot: uPlot, value: number | null) => value?.toFixed(value < 2 ? 3 : 2) ?? "–",
  };
  return {
    width,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Australia/Sydney"),
    padding: [10, 0, 0, 8],
    legend: { show: true, live: true },
    cursor: { points: { show: false }, drag: { x: false, y: false } },
    scales: {
      y: { range: (plot) => priceRange(plot) },
      volume: { range: (_plot, _min, max) => [0, Math.max(1, max * 4.5)] },
    },
    axes: [
      {
        ...axis,
        font,
        size: 30,
        space: 80,
        values: (_plot, ticks) => axisTexts(ticks),
      },
      {
        ...axis,
        font,
        side: 1,
        size: 58,
        values: (_plot, ticks) => ticks.map((tick) => tick.toFixed(tick < 10 ? 3 : 2)),
      },
    ],
    series: [
      {
        label: "Time",
        value: (_plot, at) => (at ? timeOf(new Date(at * 1000).toISOString()) : "–"),
      },
      { label: "Open", ...price },
      { label: "High", ...price },
      { label: "Low", ...price },
      { label: "Close", ...price },
      { label: "Volume", scale: "volume", ...hidden },
    ],
    hooks: { draw: [(plot) => drawCandles(plot, colours)], setCursor: [showLatest] },
  };
}

/** Without a pointer over the chart the legend tells of the newest candle. */
function showLatest(plot: uPlot): void {
  if (plot.cursor.idx == null) plot.setLegend({ idx: plot.data[0].length - 1 }, false);
}

function priceRange(plot: uPlot): [number, number] {
  const [, , high = [], low = []] = plot.data as number[][];
  const [top, bottom] = [Math.max(...high), Math.min(...low)];
  if (!Number.isFinite(top)) return [0, 1];
  const room = Math.max((top - bottom) * 0.08, top * 0.0005);
  // Volumes have the lowest fifth.
  return [bottom - room - (top - bottom) * 0.25, top + room];
}

function drawCandles(plot: uPlot, { up, down }: { up: string; down: string }): void {
  const { ctx } = plot;
  const [times = [], open = [], high = [], low = [], close = [], volume = []] = plot.data as number[][];
  const step = times.length > 1 ? plot.bbox.width / times.length : 8;
  const width = Math.max(1, Math.floor(step * 0.62));
  ctx.save();
  ctx.beginPath();
  ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
  ctx.clip();
  for (const [i, time] of times.entries()) {
    const rises = (close[i] ?? 0) >= (open[i] ?? 0);
    const at = (value: number | undefined, scale: string) =>
      Math.round(plot.valToPos(value ?? 0, scale, true));
    const x = Math.round(plot.valToPos(time, "x", true));
    const [top, bottom] = [
      at(Math.max(open[i] ?? 0, close[i] ?? 0), "y"),
      at(Math.min(open[i] ?? 0, close[i] ?? 0), "y"),
    ];
    ctx.fillStyle = ctx.strokeStyle = rises ? up : down;
    ctx.globalAlpha = 0.35;
    const base = at(0, "volume");
    ctx.fillRect(x - width / 2, at(volume[i], "volume"), width, base - at(volume[i], "volume"));
    ctx.globalAlpha = 1;
    ctx.fillRect(x - 0.5, at(high[i], "y"), 1, Math.max(1, at(low[i], "y") - at(high[i], "y")));
    // A rise is hollow and a fall is solid, so that they differ without colour too.
    if (rises && width > 3) {
      ctx.clearRect(x - width / 2, top, width, bottom - top);
      ctx.strokeRect(x - width / 2 + 0.5, top + 0.5, width - 1, Math.max(1, bottom - top - 1));
    } else ctx.fillRect(x - width / 2, top, width, Math.max(1, bottom - top));
  }
  ctx.restore();
}
