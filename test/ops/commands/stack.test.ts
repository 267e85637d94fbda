import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { EXIT } from "../../../ops/commands/command.ts";
import { awsStandIn } from "../aws-stand-in.ts";
import { CommandFixture, outputs, root } from "../command-fixture.ts";

describe("the trizone command", function () {
  this.timeout(240_000);

  it("prints its version and its exit codes, which the documentation has too", async () => {
    using fixture = new CommandFixture();
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    assert.equal((await fixture.run(["--version"])).stdout.trim(), version);
    const page = readFileSync(join(root, "docs/command.md"), "utf8");
    const help = (await fixture.run(["--help"])).stdout;
    for (const [code, what] of Object.entries(EXIT)) {
      assert.ok(page.includes(`| ${code} | ${what} |`), `docs/command.md lacks ${code}`);
      assert.ok(help.includes(what));
    }
  });

  it("asks the Pulumi CLI for the outputs of --stack, and says why there are none", async () => {
    using fixture = new CommandFixture();
    const without = await fixture.run(["token", "--stack", "prod"], { env: { PATH: "/nowhere" } });
    assert.match(without.stderr, /asks the Pulumi CLI, which is not on the PATH/);
    fixture.program(
      "pulumi",
      `if (process.argv.slice(2).join(" ") !== "stack output --json --stack prod --non-interactive") { console.error("error: no stack named so"); process.exit(255); }
console.log(${JSON.stringify(JSON.stringify(outputs))});`,
    );
    const token = await fixture.run(["token", "--stack", "prod"], { env: { TRIZONE_PASSWORD: "" } });
    assert.match(token.stderr, /the password of demo is missing; set TRIZONE_PASSWORD/);
    const other = await fixture.run(["shift", "list", "--stack", "other"]);
    assert.match(other.stderr, /no outputs of stack other: error: no stack named so/);
    const both = await fixture.run(["shift", "list", "--stack", "prod", "--outputs", "x"]);
    assert.match(both.stderr, /cannot be used with/);
    const wrong = fixture.file("wrong.json", "{}");
    assert.match(
      (await fixture.run(["shift", "list", "--outputs", wrong])).stderr,
      /wrong\.json does not hold/,
    );
    fixture.file("text.json", "no");
    assert.match((await fixture.run(["shift", "list", "--outputs", "text.json"])).stderr, /is not JSON/);
  });

  it("looks for the project's state in the folders above", async () => {
    using fixture = new CommandFixture();
    fixture.file("project/Pulumi.yaml", "name: x");
    fixture.file("project/.trizone/outputs.json", JSON.stringify({ stack: "x" }));
    fixture.file("project/deep/er/file", "");
    const env = { TRIZONE_STATE: undefined };
    const found = await fixture.run(["shift", "list"], { env, cwd: join(fixture.folder, "project/deep/er") });
    assert.match(found.stderr, /project\/\.trizone\/outputs\.json does not hold/);
  });

  it("judges a stack's health by AWS and kubectl, and says what it could not look at", async () => {
    using fixture = new CommandFixture();
    using aws = await awsStandIn(({ action, parameters }) => {
      const target = (zone: string, state: string) =>
        `<member><Target><AvailabilityZone>ap-southeast-2${zone}</AvailabilityZone></Target><TargetHealth><State>${state}</State></TargetHealth></member>`;
      const answers: Record<string, string> = {
        DescribeTargetGroups: `<TargetGroups><member><TargetGroupArn>${parameters.LoadBalancerArn}-group</TargetGroupArn></member></TargetGroups>`,
        DescribeTargetHealth: `<TargetHealthDescriptions>${target("a", "healthy")}${target("a", "draining")}${target("b", parameters.TargetGroupArn?.includes("public") ? "unhealthy" : "healthy")}</TargetHealthDescriptions>`,
        DescribeDBInstances:
          "<DBInstances><DBInstance><DBInstanceStatus>available</DBInstanceStatus><AvailabilityZone>ap-southeast-2a</AvailabilityZone><SecondaryAvailabilityZone>ap-southeast-2b</SecondaryAvailabilityZone></DBInstance></DBInstances>",
      };
      return { xml: answers[action] ?? "" };
    });
    fixture.program("kubectl", 'console.error("error: You must be logged in"); process.exit(1);');
    const env = { AWS_ENDPOINT_URL: aws.url };
    const { code, stdout } = await fixture.run(["health", "--json", "--outputs", fixture.outputsFile], {
      env,
    });
    assert.equal(code, 3);
    const { healthy, checks } = JSON.parse(stdout) as {
      healthy: boolean;
      checks: { kind: string; name: string; zone?: string; state: string; detail: string }[];
    };
    assert.equal(healthy, false);
    const lines = checks.map(({ kind, name, zone, state }) =>
      [kind, name, zone, state].filter(Boolean).join(" "),
    );
    for (const line of [
      "targets public ap-southeast-2a ok",
      "targets public ap-southeast-2b bad",
      "targets internal ap-southeast-2b ok",
      "database trizone ap-southeast-2a ok",
      "zone nodes unknown",
      "rollout deployments unknown",
    ])
      assert.ok(lines.includes(line), `${line} is not in ${lines.join("; ")}`);
    assert.match(checks.find(({ name }) => name === "deployments")?.detail ?? "", /must be logged in/);
  });

  it("completes its words in a shell", async () => {
    using fixture = new CommandFixture();
    const script = fixture.file("completion.bash", (await fixture.run(["completion", "bash"])).stdout);
    const complete = async (...words: string[]) => {
      const ask = `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _trizone; echo "\${COMPREPLY[@]}"`;
      const { stdout } = await promisify(execFile)("bash", ["-c", ask, "bash", ...words]);
      return stdout.trim();
    };
    assert.equal(await complete("trizone", "he"), "health");
    assert.equal(await complete("trizone", "shift", "st"), "start");
    assert.equal(await complete("trizone", "shift", "start", "--away"), "--away-from");
    assert.equal(await complete("trizone", "completion", "f"), "fish");
    assert.match((await fixture.run(["completion", "fish"])).stdout, /-a "start list cancel autoshift/);
  });
});
