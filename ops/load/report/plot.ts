/** A line of a plot. */
export interface Line {
  name: string;
  color: string;
  points: { x: number; y: number }[];
}

export interface PlotOptions {
  title: string;
  xLabel: string;
  yLabel: string;
  lines: Line[];
  /** What stands under the x axis: places in the unit of x, and their text. */
  ticks?: { x: number; text: string }[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 260, 64, 16, 30, 44];

/** A plot as SVG that needs no script and no other file. */
export function plot({ title, xLabel, yLabel, lines, ticks }: PlotOptions): string {
  const all = lines.flatMap(({ points }) => points);
  const [minX, maxX] = [Math.min(0, ...all.map(({ x }) => x)), Math.max(1e-9, ...all.map(({ x }) => x))];
  const top = niceCeiling(Math.max(1e-9, ...all.map(({ y }) => y)));
  const x = (value: number) => LEFT + ((value - minX) / (maxX - minX)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const steps = [0, 0.25, 0.5, 0.75, 1];
  const under = ticks ?? steps.map((part) => ({ x: minX + part * (maxX - minX), text: short(part * maxX) }));
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}">`,
    `<text x="${LEFT}" y="18" class="title">${escapeText(title)}</text>`,
    ...steps.map(
      (part) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(part * top)}" y2="${y(part * top)}" class="grid"/>` +
        `<text x="${LEFT - 6}" y="${y(part * top) + 4}" text-anchor="end">${short(part * top)}</text>`,
    ),
    ...under.map(
      (tick) =>
        `<text x="${x(tick.x).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${escapeText(tick.text)}</text>`,
    ),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeText(xLabel)}</text>`,
    `<text x="12" y="${HEIGHT / 2}" transform="rotate(-90 12 ${HEIGHT / 2})" text-anchor="middle">${escapeText(yLabel)}</text>`,
    ...lines.map(({ points, color }) => {
      const path = points.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`).join(" ");
      return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
    }),
    ...lines.map(
      ({ name, color }, index) =>
        `<text x="${WIDTH - RIGHT - (lines.length - 1 - index) * 110}" y="18" text-anchor="end" fill="${color}">` +
        `${escapeText(name)}</text>`,
    ),
    "</svg>",
  ].join("");
}

/** The next of 1, 2 and 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en");
}

export function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
