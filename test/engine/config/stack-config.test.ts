import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parsePath, setPath } from "../../../engine/config/overrides.ts";
import { EvaluationError, readStackConfig } from "../../../engine/index.ts";

describe("a stack's config", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "engine-config-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function files(project: string, stack?: string): Promise<void> {
    await writeFile(join(folder, "Pulumi.yaml"), project);
    if (stack !== undefined) await writeFile(join(folder, "Pulumi.dev.yaml"), stack);
  }
  const project = "name: shop\nruntime: nodejs\n";

  async function wrong(stack = "dev", overrides: string[] = []): Promise<string> {
    const error = await readStackConfig(folder, stack, overrides).then(
      () => assert.fail("was read"),
      (reason) => reason,
    );
    assert.ok(error instanceof EvaluationError, String(error));
    return error.message.replaceAll(folder, "DIR");
  }

  it("is of a project and a stack with names that the CLI takes", async () => {
    const said = async (name: string, stack = "dev") => {
      await files(`name: "${name}"\nruntime: nodejs\n`, "");
      return wrong(stack);
    };
    const refusal = /^DIR\/Pulumi\.yaml:1:7: project names may only contain alphanumerics, hyphens/;
    for (const name of ["$" + "{PROJECT}", "my shop", "a/b", "größe"])
      assert.match(await said(name), refusal);
    assert.match(await said("a".repeat(101)), /project names are limited to 100 characters/);
    assert.match(await said("shop", "dev!"), /^a stack name may only contain .*'!' at position 3$/);
    assert.match(await said("shop", "a".repeat(101)), /^a stack name cannot exceed 100 characters$/);
    await files(`name: ${"A_b.9-".repeat(16)}\nruntime: nodejs\n`, "");
    assert.equal((await readStackConfig(folder, "dev")).project.length, 96);
  });

  it("is passed as the CLI passes it", async () => {
    await files(
      "name: shop\nmain: src/\nruntime: { name: nodejs, options: { nodeargs: --import tsx } }\n",
      `config:
  aws:region: ap-southeast-2
  shop:replicas: 3
  shop:ratio: 1.10
  shop:on: true
  shop:none: null
  short: "007"
  shop:zones: [a, 2, true]
  shop:database:
    size: large
    tags: { cost: 1 }
`,
    );
    assert.deepEqual(await readStackConfig(folder, "dev"), {
      project: "shop",
      main: "src/",
      nodeArgs: ["--import", "tsx"],
      config: {
        "aws:region": "ap-southeast-2",
        "shop:replicas": "3",
        "shop:ratio": "1.1",
        "shop:on": "true",
        "shop:none": "",
        "shop:short": "007",
        "shop:zones": '["a",2,true]',
        "shop:database": '{"size":"large","tags":{"cost":1}}',
      },
      secretConfigKeys: [],
      warnings: [
        `${folder}/Pulumi.dev.yaml:4:15: 1.10 is read as 1.1, as YAML has it; put it in quotes to keep it as it is written`,
        `${folder}/Pulumi.dev.yaml:6:14: 'shop:none' has no value and is read as ""`,
      ],
    });
  });

  it("says who compiles TypeScript, and with what arguments Node runs", async () => {
    const runtime = async (options: string) => {
      await files(`name: shop\nruntime: { name: nodejs, options: ${options} }\n`, "config: {}\n");
      const { typescript, tsconfig, nodeArgs } = await readStackConfig(folder, "dev");
      return { typescript, tsconfig, nodeArgs };
    };
    const none = { typescript: undefined, tsconfig: undefined, nodeArgs: undefined };
    assert.deepEqual(await runtime("{ typescript: false }"), { ...none, typescript: false });
    assert.deepEqual(await runtime("{ typescript: true }"), none);
    assert.deepEqual(await runtime('{ tsconfig: tsconfig.pulumi.json, nodeargs: "--import  tsx" }'), {
      ...none,
      tsconfig: "tsconfig.pulumi.json",
      nodeArgs: ["--import", "tsx"],
    });
    const quoted = `{ nodeargs: "--conditions=live --title 'a b' -r \\"x y\\"" }`;
    assert.deepEqual((await runtime(quoted)).nodeArgs, ["--conditions=live", "--title", "a b", "-r", "x y"]);
    await assert.rejects(runtime(`{ nodeargs: "'a" }`), /a quote or a backslash in nodeargs has no end/);
    await assert.rejects(runtime("{ nodeargs: [a] }"), /the nodeargs option must be a string/);
    await assert.rejects(
      runtime('{ typescript: "no" }'),
      /Pulumi\.yaml:2:\d+: the typescript option must be a boolean/,
    );
    await assert.rejects(runtime("{ tsconfig: 1 }"), /the tsconfig option must be a string/);
  });

  it("reads what is encrypted as a placeholder, and knows that it is secret", async () => {
    await files(
      project,
      "config:\n  shop:key: { secure: v1:abc }\n  shop:db:\n    user: u\n    password: { secure: v1:x }\n",
    );
    const { config, secretConfigKeys } = await readStackConfig(folder, "dev");
    assert.deepEqual(config, { "shop:key": "[secret]", "shop:db": '{"password":"[secret]","user":"u"}' });
    assert.deepEqual(secretConfigKeys, ["shop:db", "shop:key"]);
  });

  it("is overridden as `pulumi config set` would, by paths as well", async () => {
    await files(project, "config:\n  shop:database: { size: small, hosts: [a] }\n  shop:text: plain\n");
    const overrides = [
      "aws:region=eu-west-1",
      "level=007",
      "shop:equation=a=b",
      "shop:database.size=large",
      "database.hosts[1]=b",
      'shop:database["a.b"].on=true',
      "shop:fresh.list[0].port=80",
    ];
    const { config } = await readStackConfig(folder, "dev", overrides);
    assert.deepEqual(config, {
      "aws:region": "eu-west-1",
      "shop:level": "007",
      "shop:equation": "a=b",
      "shop:text": "plain",
      "shop:database": '{"a.b":{"on":true},"hosts":["a","b"],"size":"large"}',
      "shop:fresh": '{"list":[{"port":80}]}',
    });
    assert.match(await wrong("dev", ["region"]), /'region' can't be applied: write key=value/);
    assert.match(
      await wrong("dev", ["text.inside=1"]),
      /'text\.inside=1' .*: the value so far is plain text/,
    );
    assert.match(await wrong("dev", ["database.hosts[5]=x"]), /: \[5\] lies past the list's end \(1 items\)/);
    assert.match(await wrong("dev", ["a..b=x"]), /: its key is not a path/);
  });

  it("says where its files are wrong", async () => {
    assert.match(await wrong(), /There is no Pulumi\.yaml in DIR/);
    await files(project);
    await files(project, "config:\n  a: [1\n  b: 2\n");
    assert.match(
      await wrong("prod"),
      /no Pulumi\.prod\.yaml in DIR: the stacks here are dev; an empty file is enough/,
    );
    assert.match(await wrong(), /^DIR\/Pulumi\.dev\.yaml:[34]:\d+: /);
    await files(project, "config:\n  - a\n");
    assert.match(await wrong(), /^DIR\/Pulumi\.dev\.yaml:2:3: config must be a mapping/);
    await files("runtime: nodejs\n", "config: {}\n");
    assert.match(await wrong(), /^DIR\/Pulumi\.yaml:1:1: a project needs a name/);
    await files("name: shop\nruntime: python\n", "config: {}\n");
    assert.match(await wrong(), /^DIR\/Pulumi\.yaml:2:10: only the runtime 'nodejs'/);
    await files(`${project}config:\n  a: { type: colour }\n`, "config: {}\n");
    assert.match(await wrong(), /^DIR\/Pulumi\.yaml:4:6: unknown type 'colour'/);
    await files("just text", "config: {}\n");
    assert.match(await wrong(), /^DIR\/Pulumi\.yaml:1:1: expected a mapping/);
    await files("", "config: {}\n");
    assert.match(await wrong(), /^DIR\/Pulumi\.yaml:1:1: expected a mapping/);
  });

  it("is empty where the stack's file is, or where no stack has a file", async () => {
    for (const stack of ["", "# nothing yet\n", "config:\n", "--- \n...\n"]) {
      await files(project, stack);
      assert.deepEqual((await readStackConfig(folder, "dev")).config, {});
    }
    await rm(join(folder, "Pulumi.dev.yaml"));
    const { config, warnings } = await readStackConfig(folder, "dev");
    assert.deepEqual(config, {});
    assert.match(warnings.join(), /There is no Pulumi\.dev\.yaml in .*, so the stack has no config$/);
  });

  it("is in the file that has the extension of the project's, in the folder that it names", async () => {
    await files(project);
    await writeFile(join(folder, "Pulumi.dev.yml"), "config: { size: large }\n");
    const beside = await readStackConfig(folder, "dev");
    assert.deepEqual(beside.config, {});
    assert.match(beside.warnings.join(), /Pulumi\.dev\.yml isn't read beside a project's file with \.yaml$/);
    await mkdir(join(folder, "stacks"));
    await writeFile(join(folder, "stacks/Pulumi.dev.yaml"), "config: { size: small }\n");
    for (const field of ["config: stacks", "stackConfigDir: ./stacks/"]) {
      await files(`${project}${field}\n`);
      assert.deepEqual((await readStackConfig(folder, "dev")).config, { "shop:size": "small" });
    }
    await files(`${project}config: stacks\nstackConfigDir: stacks\n`);
    assert.match(await wrong(), /config and stackConfigDir both name the folder/);
    // JSON comes first, and knows one kind of number.
    await writeFile(join(folder, "Pulumi.json"), '{"name":"other","runtime":"nodejs"}');
    await writeFile(join(folder, "Pulumi.dev.json"), '{"config":{"a":1.50,"b":{"z":1e3,"a":"<"}}}');
    const json = { "other:a": "1.5", "other:b": '{"a":"\\u003c","z":1000}' };
    assert.deepEqual((await readStackConfig(folder, "dev")).config, json);
    await writeFile(join(folder, "Pulumi.dev.json"), "{ config: {} }");
    assert.match(await wrong(), /Pulumi\.dev\.json:1:1: /);
  });

  it("has keys of a namespace and a name, which are text", async () => {
    await files(project, "config:\n  other:config:old: 1\n  yes: 2\n");
    assert.deepEqual((await readStackConfig(folder, "dev")).config, { "other:old": "1", "shop:yes": "2" });
    await files(project, "config:\n  a:b:c: 1\n");
    assert.match(await wrong(), /^DIR\/Pulumi\.dev\.yaml:2:10: 'a:b:c' is no configuration key/);
    await files(project, "config:\n  ports: { 80: web }\n");
    assert.match(await wrong(), /^DIR\/Pulumi\.dev\.yaml:2:12: only texts can be keys/);
    await files(project, "config:\n  size: .inf\n");
    assert.match(await wrong(), /^DIR\/Pulumi\.dev\.yaml:2:9: JSON has no number Infinity/);
  });

  it("is refused where the project needs another version of Pulumi", async () => {
    await files(`${project}requiredPulumiVersion: ">=3.0.0"\n`, "config: {}\n");
    await readStackConfig(folder, "dev");
    await files(`${project}requiredPulumiVersion: ">=4.0.0"\n`, "config: {}\n");
    assert.match(
      await wrong(),
      /^DIR\/Pulumi\.yaml:3:24: Pulumi 3\.\d+\.\d+, .* does not satisfy the version range ">=4\.0\.0"/,
    );
  });

  it("sets by any path what is then found there, and nothing else", () => {
    const segment = fc.oneof(fc.string({ minLength: 1 }), fc.constant(0), fc.constant("__proto__"));
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.jsonValue(), (path, value) => {
        const text = path.map((part) =>
          typeof part === "number" ? `[${part}]` : `["${part.replace(/[\\"]/g, "\\$&")}"]`,
        );
        assert.deepEqual(parsePath(text.join("")), path);
        const set = setPath(undefined, path, value);
        const found = path.reduce<unknown>((inside, part) => {
          assert.deepEqual(Object.keys(inside as object), [String(part)]);
          return Object.getOwnPropertyDescriptor(inside, part)?.value;
        }, set);
        assert.deepEqual(found, value);
      }),
    );
  });
});
