import type { DrillReport } from "./drill-report.ts";

const [WIDTH, HEIGHT] = [960, 300];
/** Around the plot, in pixels: for the axes' words. */
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 16, 28, 36];
/** Lines of zones, told apart by dash as well as by colour. */
const STYLES = [
  { colour: "#0b6e99", dash: "" },
  { colour: "#b3541e", dash: "6 3" },
  { colour: "#5b7f2b", dash: "2 3" },
];
/** What people mark on the plot: the guard's and the drill's own doings. */
const MARKED = ["fault", "detected", "refused", "shift", "heal", "unshift", "even"];

/** The 99th percentile of each zone over the drill as SVG, with what happened when; the scale is logarithmic. */
export function latencySvg({ series, events, zone, scenario }: DrillReport): string {
  const zones = Object.keys(series.p99Ms).filter((name) => name !== "all");
  const length = Math.max(1, series.requests.length);
  const values = Object.values(series.p99Ms)
    .flat()
    .filter((value) => value !== null);
  const [low, high] = [5, Math.max(50, ...values) * 1.3];
  const x = (second: number) => LEFT + (second / length) * (WIDTH - LEFT - RIGHT);
  const y = (ms: number) => {
    const share = Math.log(Math.max(low, ms) / low) / Math.log(high / low);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  };
  const lines = zones.map((name, index) => {
    const { colour, dash } = STYLES[index % STYLES.length] as (typeof STYLES)[number];
    const path = pathOf(series.p99Ms[name] ?? [], x, y);
    const width = name === zone ? 2.4 : 1.4;
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-dasharray="${dash}"><title>${name}</title></path>`;
  });
  const legend = zones.map((name, index) => {
    const { colour, dash } = STYLES[index % STYLES.length] as (typeof STYLES)[number];
    const at = LEFT + index * 190;
    return [
      `<line x1="${at}" x2="${at + 26}" y1="14" y2="14" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`,
      `<text x="${at + 32}" y="18">${name}${name === zone ? " (sick)" : ""}</text>`,
    ].join("");
  });
  const begin = series.faultSecond;
  const marks = events
    .filter(({ kind }) => MARKED.includes(kind))
    .map(({ second, kind }, index) => {
      const at = x(begin + second).toFixed(1);
      const level = HEIGHT - BOTTOM - 6 - (index % 6) * 13;
      return `<line x1="${at}" x2="${at}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" class="mark"/><text x="${Number(at) + 3}" y="${level}" class="small">${kind}</text>`;
    });
  const ticks = [10, 30, 100, 300, 1000, 3000, 10_000].filter((ms) => ms > low && ms < high);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="99th percentile of latency of each zone during ${scenario}">`,
    "<style>text{font:12px system-ui,sans-serif;fill:currentColor}.small{font-size:10px}.grid{stroke:currentColor;opacity:.15}.mark{stroke:currentColor;opacity:.4;stroke-dasharray:1 3}</style>",
    `<rect x="${x(begin).toFixed(1)}" y="${TOP}" width="${Math.max(0, x(series.healSecond) - x(begin)).toFixed(1)}" height="${HEIGHT - TOP - BOTTOM}" fill="#b3541e" opacity=".1"/>`,
    ...ticks.map(
      (ms) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(ms).toFixed(1)}" y2="${y(ms).toFixed(1)}" class="grid"/><text x="${LEFT - 6}" y="${(y(ms) + 4).toFixed(1)}" text-anchor="end">${ms} ms</text>`,
    ),
    ...lines,
    ...marks,
    ...legend,
    `<text x="${LEFT}" y="${HEIGHT - 10}">99th percentile, each second from when a request was to be sent; shaded: the fault; ${length} s</text>`,
    "</svg>",
  ].join("\n");
}

/** Gaps stay gaps: a second without a request of the zone has no percentile. */
function pathOf(
  values: readonly (number | null)[],
  x: (second: number) => number,
  y: (ms: number) => number,
): string {
  let isOpen = false;
  return values
    .map((value, second) => {
      if (value === null) {
        isOpen = false;
        return "";
      }
      const step = `${isOpen ? "L" : "M"}${x(second + 0.5).toFixed(1)} ${y(value).toFixed(1)}`;
      isOpen = true;
      return step;
    })
    .join("");
}
