import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { PROJECT } from "../program/graphs.ts";

describe("the policy pack's README", () => {
  const folder = `${PROJECT}/policies`;
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const names = sources.flatMap((file) =>
    [...readFileSync(`${folder}/${file}`, "utf8").matchAll(/^ +name: "([a-z0-9-]+)",\n +description:/gm)].map(
      ([, name = ""]) => name,
    ),
  );

  it("says of every policy what it stops and what it can't see", () => {
    assert.ok(names.length > 30, `${names.length} policies`);
    const rows = readFileSync(`${folder}/README.md`, "utf8")
      .split("\n")
      .filter((line) => /^\| `/.test(line));
    const missing = names.filter((name) => !rows.some((row) => row.includes(`\`${name}\``)));
    assert.deepEqual(missing, [], "give it a row in policies/README.md");
    for (const row of rows)
      assert.ok(
        row
          .split("|")
          .slice(2, 4)
          .every((cell) => cell.trim() !== ""),
        row,
      );
  });
});
