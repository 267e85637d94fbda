import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { colourOf } from "../app/theme.ts";
import { axisTexts } from "../ui/format.ts";

interface Line {
  name: string;
  /** Design token of its colour. */
  token: string;
  values: readonly (number | null)[];
  dashed?: boolean;
}

interface ZoneChartProps {
  title: string;
  /** Epoch seconds. */
  seconds: readonly number[];
  /** The scale's upper end, the same in all zones. */
  top: number;
  lines: readonly Line[];
}

const HEIGHT = 108;

/** Figures of a zone over the last minutes; lines differ by dashes as well as colour. */
export function ZoneChart({ title, seconds, top, lines }: ZoneChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const upper = useRef(top);
  upper.current = Math.max(top * 1.15, 1);
  const latest = useRef<uPlot.AlignedData>([[]]);
  latest.current = [[...seconds], ...lines.map(({ values }) => [...values])];
  const looks = JSON.stringify(lines.map(({ name, token, dashed }) => ({ name, token, dashed })));
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      const options = optionsOf(element.clientWidth, JSON.parse(looks) as Line[], () => upper.current);
      plot.current = new uPlot(options, latest.current, element);
    };
    draw();
    const resize = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resize.observe(element);
    document.addEventListener("themechange", draw);
    return () => {
      resize.disconnect();
      document.removeEventListener("themechange", draw);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [looks]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn is in the refs, which follow these two
  useEffect(() => plot.current?.setData(latest.current), [seconds, lines]);
  return (
    <figure className="zone-chart">
      <figcaption className="row spread">
        <span>{title}</span>
        <span className="keys">
          {lines.map(({ name, token, dashed }) => (
            <span key={name} style={{ color: `var(${token})` }}>
              <span aria-hidden="true">{dashed ? "┄" : "━"}</span> {name}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={holder} role="img" aria-label={describe(title, lines)} />
    </figure>
  );
}

function describe(title: string, lines: readonly Line[]): string {
  const now = lines.map(({ name, values }) => {
    const last = values.findLast((value) => value !== null);
    return `${name} ${last == null ? "unknown" : Math.round(last)}`;
  });
  return `${title}: now ${now.join(", ")}`;
}

function optionsOf(width: number, lines: readonly Line[], top: () => number): uPlot.Options {
  const axis = {
    stroke: colourOf("--muted"),
    grid: { stroke: colourOf("--grid"), width: 1 },
    ticks: { show: false },
    font: "10px system-ui",
  };
  return {
    width,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Australia/Sydney"),
    padding: [6, 4, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: () => [0, top()] } },
    axes: [
      { ...axis, size: 22, space: 70, values: (_plot, ticks) => axisTexts(ticks) },
      { ...axis, size: 38, space: 26 },
    ],
    series: [
      {},
      ...lines.map(({ name, token, dashed }) => ({
        label: name,
        stroke: colourOf(token),
        width: 1.5,
        ...(dashed && { dash: [4, 3] }),
        points: { show: false },
      })),
    ],
  };
}
