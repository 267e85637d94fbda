import assert from "node:assert/strict";
import { explainFailure } from "../../../local/postgres/errors.ts";

describe("a server that does not start", () => {
  const place = { zone: "a", folder: "/d", port: 5, logFile: "/l", seconds: 60 };
  const cases: [string, RegExp][] = [
    ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', /port 5 .* in use/],
    ['FATAL:  could not write lock file "postmaster.pid": No space left on device', /disk .* full/],
    ['FATAL:  could not open file "x": Permission denied', /can't be written/],
    ['FATAL:  lock file "postmaster.pid" already exists', /another PostgreSQL runs on \/d\. End that one/],
    ["PANIC:  could not locate a valid checkpoint record", /is damaged/],
    ["", /ended, or was not ready in 60 s.*log: \/l/],
  ];
  for (const [line, message] of cases) {
    it(`is explained: ${line || "silence"}`, () => {
      const error = explainFailure(`2026-01-01 00:00:00 UTC [1] ${line}\n`, place);
      assert.match(error.message, message);
    });
  }
});
