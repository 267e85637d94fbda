import assert from "node:assert/strict";
import fc from "fast-check";
import { configuration, usableParameters } from "../../../local/postgres/settings.ts";

describe("PostgreSQL's settings", () => {
  const base = { port: 1, serverName: "s", parameters: {} };

  it("keep any value in its own line and its own quotes", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "'", "\\", "\n", "\r", "=", " ") }), (value) => {
        const lines = configuration({ ...base, parameters: { search_path: value } }).split(/[\r\n]/);
        const [, quoted = ""] =
          /^search_path = '(.*)'$/.exec(lines.find((line) => line.startsWith("search")) ?? "") ?? [];
        const unescaped: Record<string, string> = { "\\n": "\n", "\\r": "\r", "''": "'" };
        const read = quoted.replace(/''|\\(.)/g, (found, letter) => unescaped[found] ?? letter);
        return read === value && !/(^|[^'])'([^']|$)/.test(quoted.replaceAll("''", ""));
      }),
    );
  });

  it("leave out what only RDS understands, and refuse what the instance relies on", () => {
    const group = { "rds.force_ssl": "1", shared_buffers: "{DBInstanceClassMemory/32768}", work_mem: "1MB" };
    assert.deepEqual(usableParameters(group), { work_mem: "1MB" });
    assert.throws(() => usableParameters({ port: "1", wal_level: "minimal" }), /sets port, wal_level/);
  });

  it("keep the declared parameters below the instance's own", () => {
    assert.match(configuration({ ...base, parameters: { max_connections: "7" } }), /max_connections = '7'/);
  });
});
