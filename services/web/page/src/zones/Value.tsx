import { fullTime } from "../ui/format.ts";
import { ScrollRegion } from "../ui/ScrollRegion.tsx";

/** `othersP99Ms` as `others p99 ms`. */
function nameOf(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]/g, " ")
    .toLowerCase();
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

function textOf(value: unknown): string {
  if (typeof value === "number")
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  if (typeof value === "string" && ISO_TIME.test(value)) return fullTime(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === null || value === undefined ? "–" : String(value);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Levels that are opened; what lies deeper is shown as JSON. */
const DEEPEST = 4;

/** Anything that came as JSON, as text: objects as names and values, lists of objects as tables. */
export function Value({ value, depth = 0 }: { value: unknown; depth?: number }) {
  if (depth > DEEPEST) return <code>{JSON.stringify(value)}</code>;
  if (Array.isArray(value)) return <List items={value} depth={depth} />;
  if (!isObject(value)) return <span>{textOf(value)}</span>;
  return (
    <dl className="values">
      {Object.entries(value).map(([key, one]) => (
        <div key={key}>
          <dt>{nameOf(key)}</dt>
          <dd>
            <Value value={one} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function List({ items, depth }: { items: readonly unknown[]; depth: number }) {
  if (items.length === 0) return <span className="muted">none</span>;
  if (!items.every(isObject)) {
    return (
      <ul>
        {items.map((item, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the items have no name, and are never moved
          <li key={i}>
            <Value value={item} depth={depth + 1} />
          </li>
        ))}
      </ul>
    );
  }
  const columns = [...new Set(items.flatMap((item) => Object.keys(item)))];
  return (
    <ScrollRegion label={columns.map(nameOf).join(", ")}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {nameOf(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the items have no name, and are never moved
            <tr key={i}>
              {columns.map((column) => (
                <td key={column}>
                  <Value value={item[column]} depth={depth + 1} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
