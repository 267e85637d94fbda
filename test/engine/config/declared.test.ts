import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackConfig } from "../../../engine/index.ts";

describe("what Pulumi.yaml declares of the config", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "engine-declared-"));
  });
  after(() => rm(folder, { recursive: true }));

  async function read(declared: string, stack = "{}", overrides: string[] = []) {
    await writeFile(join(folder, "Pulumi.yaml"), `name: shop\nruntime: nodejs\nconfig:\n${declared}`);
    await writeFile(join(folder, "Pulumi.dev.yaml"), `config: ${stack}\n`);
    return readStackConfig(folder, "dev", overrides);
  }
  async function refused(
    reason: RegExp,
    declared: string,
    stack?: string,
    overrides?: string[],
  ): Promise<void> {
    await assert.rejects(read(declared, stack, overrides), reason, declared);
  }

  it("is taken where the stack says nothing, as the CLI prints it", async () => {
    const { config, secretConfigKeys } = await read(
      `  replicas: { type: integer, default: 2 }
  zones: { type: array, items: { type: string }, default: [b, a] }
  aws:region: { value: us-east-1 }
  aws:skipMetadata: true
  plain: text
  octal: 0123
  list: [1, 0x10]
  database.size: 7
  database.ratio: { default: 1.50 }
  database.tags: { default: { b: 1, a: 2 } }
  started: { default: 2026-03-01 }
  token: { secret: true }
`,
      "{ shop:replicas: 5, token: open, database: { name: orders, size: 3 } }",
    );
    assert.deepEqual(config, {
      "shop:replicas": "5",
      "shop:zones": '["b","a"]',
      "aws:region": "us-east-1",
      "aws:skipMetadata": "true",
      "shop:plain": "text",
      "shop:octal": "83",
      "shop:list": "[1,16]",
      "shop:database": '{"name":"orders","ratio":1.5,"size":3,"tags":{"a":2,"b":1}}',
      "shop:started": "2026-03-01T00:00:00Z",
      "shop:token": "open",
    });
    assert.deepEqual(secretConfigKeys, [], "only what is encrypted is secret");
  });

  it("names at once all that has no value", async () => {
    const declared = "  token: { type: string }\n  size: { description: how large }\n";
    await refused(/Stack 'dev' is missing values .*Pulumi\.yaml declares: 'size' and 'token'/, declared);
    await read(declared, "{ token: t, size: 1 }");
  });

  const types: [type: string, right: string[], wrong: string[]][] = [
    ["string", ["a", "5", "true", '""'], ["[a]", "{ a: 1 }"]],
    [
      "integer",
      ["5", "-5", '"+7"', "0x1F", "1e3", "0123"],
      ["1.5", "a", "true", '"1_000"', "12345678901234567890"],
    ],
    ["boolean", ["true", "FALSE", '"true"'], ["1", "yes", '"TRUE"', "[true]"]],
    ["object", ["{}", "{ a: 1 }"], ["[a]", "a", '"{}"']],
    [
      "array, items: { type: integer }",
      ["[]", "[1, 2.0]", '["3"]'],
      ["[1.5]", "[a]", "5", "{ a: 1 }", '"[1]"'],
    ],
    ["array, items: { type: array, items: { type: string } }", ["[[a], []]"], ["[a]", "[[1]]"]],
  ];
  for (const [type, right, wrong] of types) {
    it(`holds the type ${type} against the stack's value`, async () => {
      const name = type.startsWith("array, items: { type: array")
        ? "array<array<string>>"
        : type.replace(/array, items: \{ type: (\w+) \}/, "array<$1>");
      for (const value of right) await read(`  key: { type: ${type} }\n`, `{ key: ${value} }`);
      for (const value of wrong) {
        const reason = new RegExp(`Stack 'dev': 'key' must be of type '${name}'`);
        await refused(reason, `  key: { type: ${type} }\n`, `{ key: ${value} }`);
      }
    });
  }

  it("is held against overrides, which may be JSON, but not against what is encrypted", async () => {
    await refused(/'key' must be of type 'integer'/, "  key: { type: integer }\n", "{ key: 5 }", [
      "key=many",
    ]);
    const list = "  key: { type: array, items: { type: string } }\n";
    await refused(/is missing values .*: 'key'/, list, "{}");
    assert.equal((await read(list, "{ key: [b] }", ['key=["a"]'])).config["shop:key"], '["a"]');
    await read("  key: { type: integer }\n", "{ key: { secure: v1:abc } }");
  });

  it("may ask for an encrypted value", async () => {
    const declared = "  token: { type: string, secret: true }\n";
    await refused(/Stack 'dev': 'token' must be encrypted/, declared, "{ token: open }");
    const { secretConfigKeys, config } = await read(declared, "{ token: { secure: v1:abc } }", ["token=t"]);
    assert.deepEqual((await read(declared, "{}", ["token=t"])).secretConfigKeys, ["shop:token"]);
    assert.deepEqual([secretConfigKeys, config], [["shop:token"], { "shop:token": "t" }]);
  });

  it("is refused where it is wrong itself", async () => {
    const cases: [RegExp, string][] = [
      [/the default of 'key' is not of the expected type 'integer'/, "{ type: integer, default: many }"],
      [/the default of 'key' is not of the expected type 'string'/, "{ type: string, default: 5 }"],
      [/the default of 'key' is not of the expected type 'string'/, "{ type: string, default: 2026-03-01 }"],
      [
        /the default of 'key' is not of the expected type 'array<string>'/,
        "{ type: array, items: { type: string }, default: [1] }",
      ],
      [/an array needs items/, "{ type: array }"],
      [/unknown type 'number'/, "{ type: number }"],
      [/cannot have both a default and a value/, "{ default: a, value: b }"],
      [/has a field 'defualt'; known are type, items/, "{ defualt: a }"],
      [/secret of 'key' must be true or false/, "{ secret: 1 }"],
      [/must be a text, a whole number/, "1.5"],
      [/must be a text, a whole number/, "null"],
    ];
    for (const [reason, declaration] of cases) await refused(reason, `  key: ${declaration}\n`, "{ key: a }");
    const foreign: [RegExp, string][] = [
      [/is not namespaced by the project .* not define a type/, "{ type: string, value: a }"],
      [/should not define a default value: write value/, "{ default: a }"],
      [/must provide a value/, "{ description: where }"],
    ];
    for (const [reason, declaration] of foreign)
      await refused(reason, `  aws:region: ${declaration}\n`, "{ aws:region: a }");
  });
});
