import { element } from "./element.ts";

const counts = new Map<string, number>();

/** Counts the zone that answered, and shows the way of the last answer. */
export function countZone(headers: Headers): void {
  const zone = headers.get("x-zone");
  if (!zone) return;
  counts.set(zone, (counts.get(zone) ?? 0) + 1);
  const items = [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name}: ${count} ${count === 1 ? "answer" : "answers"}`);
  const path = headers.get("x-zone-path");
  if (path) items.push(`Last way: ${path.replaceAll(">", " → ")}`);
  element("zones", HTMLUListElement).replaceChildren(
    ...items.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
}
