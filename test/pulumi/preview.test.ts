import assert from "node:assert/strict";
import type { Violation } from "../../engine/index.ts";
import { differences } from "./compare.ts";
import { fromPreview, violationsOf } from "./engine-graph.ts";
import { failed, POLICIES, succeeded, withPulumi } from "./suite.ts";

const REMOTE_CHILD = /\$(awsx|eks):[^$]*\$/;

/** What names a region only by others' ARNs and addresses, which a first preview doesn't know yet. */
const REPORTED_OF_OTHERS = /[:$](kubernetes(:[^$]*)?|awsx:ecr:Image|eks:index:Cluster)::[^:]*$/;

function verdicts(violations: Violation[]): string[] {
  return violations.map(({ level, policy, urn }) => `${level} ${policy} ${urn}`).sort();
}

withPulumi("pulumi preview", (workspace) => {
  for (const stack of ["dev", "prod", "ci"]) {
    it(`accepts ${stack} and sees the graph that the offline engine sees`, async () => {
      const pulumi = workspace();
      await pulumi.init(stack);
      const printed = await succeeded(pulumi.run(["preview", "--stack", stack, "--json", ...POLICIES]));
      assert.deepEqual(differences(await pulumi.offline(stack), fromPreview(printed)), []);
    });
  }

  it("refuses another region by the sovereignty policy, down to the children of remote components", async () => {
    const pulumi = workspace();
    await pulumi.init("elsewhere", "dev");
    const { stdout } = await failed(
      pulumi.run(
        ["preview", "--stack", "elsewhere", "--json", "--config", "aws:region=us-east-1", ...POLICIES],
        { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" },
      ),
    );
    const real = verdicts(violationsOf(stdout));
    const offline = verdicts(await pulumi.judged("elsewhere"));
    assert.ok(offline.length > 0);
    const early = offline.filter((verdict) => real.includes(verdict));
    assert.deepEqual(
      real.filter((verdict) => !REMOTE_CHILD.test(verdict)),
      early,
    );
    const late = offline.filter((verdict) => !real.includes(verdict) && !REPORTED_OF_OTHERS.test(verdict));
    assert.deepEqual(late, []);
    const cluster = /^mandatory aws-region-ap-southeast-2 .*eks:index:Cluster\$aws:eks\/cluster:Cluster::/;
    assert.ok(
      real.some((verdict) => cluster.test(verdict)),
      real.join("\n"),
    );
  });
});
