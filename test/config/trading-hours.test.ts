import assert from "node:assert/strict";
import fc from "fast-check";
import { EXCHANGE_TIME_ZONE, tradingWindows } from "../../config/index.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MINUTE = 60_000;

describe("trading hours in UTC", () => {
  it("are windows that ARC takes: of one day each, 15 at most", () => {
    const windows = tradingWindows();
    assert.ok(windows.length <= 15);
    for (const window of windows) {
      const [, from, begin = "", to, end = ""] =
        /^(\w{3}):(\d\d:\d\d)-(\w{3}):(\d\d:\d\d)$/.exec(window) ?? [];
      assert.ok(from && DAYS.includes(from) && from === to && begin < end, window);
    }
    assert.ok(windows.includes("Sun:22:00-Sun:23:59") && windows.includes("Mon:00:00-Mon:06:30"));
    assert.ok(!windows.some((window) => window.startsWith("Sat")));
  });

  // Over 20 years, so that every way in which daylight saving begins and ends is among them.
  const minute = fc
    .integer({ min: Date.UTC(2025, 0, 1) / MINUTE, max: Date.UTC(2045, 0, 1) / MINUTE })
    .map((minutes) => new Date(minutes * MINUTE));

  it("hold every minute from 9:00 to 16:30 of Sydney's weekdays, in winter and in summer", () => {
    fc.assert(
      fc.property(minute, (when) => !isQuiet(when) || isBlocked(when)),
      { numRuns: 5000 },
    );
  });

  it("leave time to practise in: no window reaches three hours beyond them", () => {
    fc.assert(
      fc.property(minute, (when) => {
        const atTheEdge = [-2, -1, 0, 1, 2].some((hours) =>
          isQuiet(new Date(when.getTime() + hours * 60 * MINUTE)),
        );
        return atTheEdge || !isBlocked(when);
      }),
      { numRuns: 5000 },
    );
  });
});

const sydney = new Intl.DateTimeFormat("en-GB", {
  timeZone: EXCHANGE_TIME_ZONE,
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

function isQuiet(when: Date): boolean {
  const parts = Object.fromEntries(sydney.formatToParts(when).map(({ type, value }) => [type, value]));
  const time = `${parts.hour}:${parts.minute}`;
  return !["Sat", "Sun"].includes(parts.weekday ?? "") && time >= "09:00" && time < "16:30";
}

/** A window's last minute belongs to it. */
function isBlocked(when: Date): boolean {
  const now = `${DAYS[when.getUTCDay()]}:${when.toISOString().slice(11, 16)}`;
  return tradingWindows().some((window) => {
    const [begin = "", end = ""] = [window.slice(0, 9), window.slice(10)];
    return begin.slice(0, 3) === now.slice(0, 3) && begin <= now && now <= end;
  });
}
