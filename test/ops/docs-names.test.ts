import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FoundationOutput, Outputs, readConfig } from "../../config/index.ts";
import { readStackConfig } from "../../engine/index.ts";
import { onPath, runCli } from "../pulumi/cli.ts";
import { codeSpans, docCommands, docPages } from "../support/doc-commands.ts";
import { CommandFixture, root } from "./command-fixture.ts";

const PAGES = docPages("decisions", "runbooks");
const textOf = (page: string) => readFileSync(join(root, page), "utf8");

/** Each page with what a pattern's first group finds in it. */
function found(pattern: RegExp, pages = PAGES): [page: string, name: string][] {
  return pages.flatMap((page) =>
    [...textOf(page).matchAll(pattern)].map(([, name = ""]): [string, string] => [page, name]),
  );
}

/** What the program says of a stack's configuration; empty when it takes it. */
function problems(values: Record<string, string>): string {
  try {
    readConfig({ "aws:region": "ap-southeast-2", ...values }, "trizone", "dev");
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** The keys of the configuration, which the program lists for whoever wrote another. */
const KEYS = /its keys are (.*)/.exec(problems({ "trizone:other": "1" }))?.[1]?.split(", ") ?? [];

/** Whether the program knows `clusterAccess.cidrs[0]`: a value that fits nowhere is refused in that very place. */
function isKey(path: string): boolean {
  const [key = "", ...rest] = path.replace(/\[\d+\]/g, "").split(".");
  if (rest.length === 0) return KEYS.includes(key);
  const nothing: unknown = null;
  const value = rest.reduceRight((inner, name) => ({ [name]: inner }), nothing);
  const said = problems({ [`trizone:${key}`]: JSON.stringify(value) }).split("\n");
  const place = `  trizone:${[key, ...rest].join(".")}: `;
  return said.some(
    (line) => line.startsWith(place) && /^(?:Invalid input: )?expected/.test(line.slice(place.length)),
  );
}

describe("the names on the pages", function () {
  this.timeout(120_000);

  it("are of settings that the program has", () => {
    assert.ok(KEYS.length > 20);
    // `trizone:kubernetes:Workload` is a component's type.
    const settings = found(/trizone:([A-Za-z]+(?:\.[A-Za-z]+|\[\d\])*)(?![\w:])/g);
    const dotted = PAGES.flatMap((page) =>
      codeSpans(page)
        .filter((span) => /^[A-Za-z]+(\.[A-Za-z]+)+$/.test(span) && KEYS.includes(span.split(".")[0] ?? ""))
        .filter((span) => !/\.(?:ts|json|md)$/.test(span))
        .map((span): [string, string] => [page, span]),
    );
    assert.ok(settings.length > 15 && dotted.length > 5);
    assert.deepEqual(
      [...settings, ...dotted].filter(([, name]) => !isKey(name)),
      [],
    );
    for (const wrong of ["domains", "clusterAccess.cidr", "images.digests.other", "nodes.min.least"])
      assert.ok(!isKey(wrong), `${wrong} passes for a setting`);
  });

  it("are of outputs that a stack has", () => {
    const outputs = [
      ...found(/\boutputs? `(\w+)`/g),
      ...found(/pulumi stack output (\w+)/g),
      ...found(/outputs\.json \| jq -r \.(\w+)/g),
    ];
    assert.ok(outputs.length > 10);
    const known = new Set(Object.keys({ ...Outputs.shape, ...FoundationOutput.shape }));
    assert.deepEqual(
      outputs.filter(([, name]) => !known.has(name)),
      [],
    );
  });

  it("are of scripts that package.json has", () => {
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const named = found(/npm run (?:-s )?([\w:]+)/g);
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter(([, name]) => !(name in scripts)),
      [],
    );
  });

  it("are set on the page of the first deployment to values that the program takes", async () => {
    const page = "docs/deploy.md";
    const lines = [...docCommands().map(({ line }) => line), ...codeSpans(page)];
    const set = lines.flatMap((line) => {
      const [, key = "", value = ""] =
        /^pulumi config set (?:--path )?'?(trizone:[^\s']+)'? (\S+)$/.exec(line) ?? [];
      return key ? [`${key}=${value.replace("sha256:…", `sha256:${"a".repeat(64)}`)}`] : [];
    });
    assert.ok(set.length >= 3, set.join("\n"));
    for (const stack of ["dev", "prod"]) {
      const { project, config } = await readStackConfig(root, stack, set);
      const { clusterAccess, protect, images } = readConfig(config, project, stack);
      assert.deepEqual([clusterAccess.cidrs, protect], [["203.0.113.7/32"], false]);
      assert.equal(images.digests.trading, `sha256:${"a".repeat(64)}`);
    }
  });

  const title = "are of commands of Pulumi's, with their options";
  if (!onPath("pulumi")) it.skip(`${title} (skipped: pulumi is not on the PATH)`);
  else
    it(title, async () => {
      const lines = [...docCommands().map(({ line }) => line), ...PAGES.flatMap(codeSpans)];
      const used = new Map<string, Set<string>>();
      for (const [, text = ""] of lines.flatMap((line) => [...line.matchAll(/\bpulumi ([a-z][^|)"]*)/g)])) {
        const words = text.trim().split(/\s+/);
        const isGroup = ["stack", "config", "policy", "plugin"].includes(words[0] ?? "");
        const command = words.slice(0, isGroup ? 2 : 1).filter((word) => /^[a-z]+$/.test(word));
        const options = words.filter((word) => /^-/.test(word)).map((word) => word.replace(/=.*/, ""));
        const key = command.join(" ");
        used.set(key, new Set([...(used.get(key) ?? []), ...options]));
      }
      assert.ok(used.has("stack init") && used.has("destroy") && used.has("config rm"));
      using fixture = new CommandFixture();
      const env = { ...process.env, PULUMI_HOME: fixture.folder, PULUMI_SKIP_UPDATE_CHECK: "true" };
      for (const [command, options] of used) {
        const { status, stdout, stderr } = await runCli([...command.split(" "), "--help"], root, env);
        assert.equal(status, 0, `pulumi ${command}: ${stderr}`);
        // A command that isn't there has the help of the group that it is not in.
        const name = command.split(" ").at(-1) ?? "";
        const aliases = /^Aliases:\n *(.*)$/m.exec(stdout)?.[1]?.split(", ") ?? [];
        const isThere = new RegExp(`^ *pulumi ${command}(?: |$)`, "m").test(stdout) || aliases.includes(name);
        assert.ok(isThere, `there is no pulumi ${command}`);
        for (const option of options)
          assert.match(
            stdout,
            new RegExp(`(?:^|[ ,])${option}(?![\\w-])`, "m"),
            `pulumi ${command} ${option}`,
          );
      }
    });
});
