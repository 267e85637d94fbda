import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ComplianceReport, complianceMarkdown, complianceReport } from "../../ops/compliance/report.ts";
import { root } from "./command-fixture.ts";

const plan = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(root, "bin/trizone.cjs"), "compliance", ...args], {
    ...{ cwd: root, timeout: 240_000, maxBuffer: 64 * 1024 * 1024 },
  }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  );

describe("trizone compliance", function () {
  this.timeout(300_000);

  it("names every policy of the pack with the resources that it looked at", async () => {
    const { code, stdout } = await plan("--stack", "prod", "--json");
    assert.equal(code, 0);
    const { controls } = JSON.parse(stdout) as ComplianceReport;
    const threats = readFileSync(join(root, "policies/README.md"), "utf8");
    for (const { control, result, meet } of controls) {
      assert.ok(threats.includes(control), `policies/README.md does not have ${control}`);
      assert.equal(result, meet.length > 0 ? "met" : "no resource");
    }
    const types = (name: string) =>
      new Set(controls.find(({ control }) => control === name)?.meet.map(({ type }) => type));
    assert.ok(controls.length > 30);
    assert.ok(types("production-multi-az").has("aws:rds/instance:Instance"));
    assert.ok(types("containers-non-root").has("kubernetes:apps/v1:Deployment"));
    assert.ok(!types("containers-non-root").has("aws:ec2/subnet:Subnet"));
    assert.ok(types("flow-logs").has("aws:ec2/flowLog:FlowLog"));
  });

  it("says what is refused and why, and that nothing was there to look at", () => {
    const seen = (policy: string, name: string) => ({
      policy,
      urn: `urn:${name}`,
      type: "aws:s3:Bucket",
      name,
    });
    const report = complianceReport({
      ...{ stack: "x", resources: 3 },
      observations: [
        { policy: "closed", description: "Buckets are closed." },
        seen("closed", "good"),
        seen("closed", "open"),
        { policy: "quiet", description: "Nothing shouts." },
      ],
      violations: [{ policy: "closed", level: "mandatory", urn: "urn:open", message: "open is open" }],
    });
    assert.deepEqual(
      report.controls.map(({ control, result, meet }) => [control, result, meet.map(({ name }) => name)]),
      [
        ["closed", "not met", ["good"]],
        ["quiet", "no resource", []],
      ],
    );
    const text = complianceMarkdown(report);
    assert.match(text, /\| \[closed\]\(#closed\) \| not met \| 2 \| 1 \|/);
    assert.match(text, /- not met: open is open/);
  });
});
