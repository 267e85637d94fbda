import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackConfig } from "../../../engine/index.ts";

describe("values of YAML as yaml.v3 decodes them", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "engine-yaml-"));
    await writeFile(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  });
  after(() => rm(folder, { recursive: true }));

  async function read(yaml: string) {
    await writeFile(join(folder, "Pulumi.dev.yaml"), yaml);
    const { config, warnings } = await readStackConfig(folder, "dev");
    const named = Object.entries(config).map(([key, value]) => [key.replace("shop:", ""), value]);
    return { config: Object.fromEntries(named) as Record<string, string>, warnings };
  }

  const plain: [written: string, passed: string][] = [
    ["0123", "83"],
    ["0129", "129"],
    ["012345678901", "12345678901"],
    ["01234567", "342391"],
    ["-017", "-15"],
    ["0o17", "15"],
    ["0x1F", "31"],
    ["-0XfF", "-255"],
    ["0b101", "5"],
    ["+7", "7"],
    ["1_000", "1000"],
    ["0_1_7", "15"],
    ["1.50", "1.5"],
    ["1.", "1"],
    [".5", "0.5"],
    ["-.5e1", "-5"],
    ["1e3", "1000"],
    ["1e21", "1e+21"],
    ["1e-7", "1e-7"],
    ["1e400", "1e400"],
    ["-0", "0"],
    ["-0.0", "0"],
    ["9223372036854775807", "9223372036854775807"],
    ["18446744073709551615", "18446744073709551615"],
    ["18446744073709551616", "18446744073709552000"],
    ["-9223372036854775809", "-9223372036854776000"],
    ["TRUE", "true"],
    ["False", "false"],
    ["tRUE", "tRUE"],
    ["yes", "yes"],
    ["on", "on"],
    ["1:30", "1:30"],
    ["1.2.3", "1.2.3"],
    ["08:00", "08:00"],
    ["0x", "0x"],
    ["0o8", "0o8"],
    ["~", ""],
    ["NULL", ""],
    ["", ""],
    ["2026-03-01", "2026-03-01 00:00:00 +0000 UTC"],
    ["2026-3-1 4:5:6.70", "2026-03-01 04:05:06.7 +0000 UTC"],
    ["2026-03-01T04:05:06Z", "2026-03-01 04:05:06 +0000 UTC"],
    ["2026-03-01t04:05:06+10:30", "2026-03-01 04:05:06 +1030 +1030"],
    ["2026-03-01T04:05:06", "2026-03-01T04:05:06"],
    ["2026-02-30", "2026-02-30"],
    ["20260301", "20260301"],
    ['"0123"', "0123"],
    ["'1.50'", "1.50"],
    ["!!str 0123", "0123"],
    ['!!int "0123"', "83"],
    ["!!float 3", "3"],
    ["!region 0123", "0123"],
    ["!!binary aGk=", "hi"],
  ];
  it("prints numbers, booleans and dates anew", async () => {
    const lines = plain.map(([written], index) => `  key${index}: ${written}\n`).join("");
    const { config } = await read(`config:\n${lines}`);
    const seen = plain.map(([written], index) => [written, config[`key${index}`]]);
    assert.deepEqual(seen, plain);
  });

  it("does the same inside of objects and lists, whose keys it sorts", async () => {
    const { config } = await read(
      "config:\n  all: { z: [0123, 1.50, TRUE, yes, ~], a: 2026-03-01, m: 12345678901234567890, t: '<&>' }\n",
    );
    const all = `{"a":"2026-03-01 00:00:00 +0000 UTC","m":12345678901234567890,"t":"\\u003c\\u0026\\u003e","z":[83,1.5,true,"yes",null]}`;
    assert.equal(config.all, all);
  });

  it("resolves aliases and merge keys, of which the map's own keys and the earlier maps win", async () => {
    const { config } = await read(`config:
  zone: &zone ap-southeast-2a
  other: *zone
  web: &web { size: small, count: 2, tags: &tags { team: blue } }
  api: &api { size: medium, port: 80 }
  batch: { size: large, <<: *web }
  both: { <<: [*web, *api], tags: { <<: *tags, cost: 1 } }
  literal: { "<<": text }
`);
    assert.deepEqual(config, {
      zone: "ap-southeast-2a",
      other: "ap-southeast-2a",
      web: '{"count":2,"size":"small","tags":{"team":"blue"}}',
      api: '{"port":80,"size":"medium"}',
      batch: '{"count":2,"size":"large","tags":{"team":"blue"}}',
      both: '{"count":2,"port":80,"size":"small","tags":{"cost":1,"team":"blue"}}',
      literal: '{"\\u003c\\u003c":"text"}',
    });
  });

  it("warns of what is read otherwise than it is written, once for each place", async () => {
    const { warnings } = await read(
      "config:\n  account: &id 012345678901\n  owner: *id\n  port: 80\n  on: TRUE\n",
    );
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      /Pulumi\.dev\.yaml:2:16: 012345678901 is read as 12345678901, .*put it in quotes/,
    );
  });

  it("refuses what yaml.v3 refuses", async () => {
    const cases: [RegExp, string][] = [
      [/:3:3: Map keys must be unique/, "config:\n  a: 1\n  a: 2\n"],
      [/has no anchor|Unresolved alias/, "config:\n  a: *b\n"],
      [/contains this alias to itself/, "config:\n  a: &a [*a]\n"],
      [/'many' is no int/, "config:\n  a: !!int many\n"],
      [/can be merged/, "config:\n  a: { <<: text }\n"],
      [/can be merged/, "config:\n  a: { <<: [text] }\n"],
    ];
    for (const [reason, yaml] of cases) await assert.rejects(read(yaml), reason, yaml);
  });

  it("is not taken in by aliases that multiply each other", async () => {
    const levels = Array.from(
      { length: 12 },
      (_, index) => `  a${index + 1}: &a${index + 1} [${Array(9).fill(`*a${index}`).join(", ")}]\n`,
    );
    await assert.rejects(read(`config:\n  a0: &a0 x\n${levels.join("")}`), /aliases multiply/);
  });
});
