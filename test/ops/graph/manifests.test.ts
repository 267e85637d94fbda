import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { renderManifests } from "../../../ops/graph/manifests.ts";
import { graphOf, ofType, PROJECT } from "../../program/graphs.ts";

const WAVE = "argocd.argoproj.io/sync-wave";

describe("manifests", () => {
  it("are a file for each Kubernetes object without secrets, and a list of them", async () => {
    const graph = await graphOf("ci");
    const { files, secrets, madeUp } = renderManifests(graph);
    const objects = graph.resources.filter(({ type, custom }) => custom && type.startsWith("kubernetes:"));
    assert.equal(files.size, objects.length - secrets.length + 1);
    const own = ["trading", "transactions", "portfolio", "market-data", "news", "personal-data-key"];
    const expected = ["database", ...own.map((name) => `logins-${name}`)].map(
      (name) => `Secret trizone/${name}`,
    );
    assert.deepEqual([secrets.sort(), madeUp], [expected.sort(), []]);
    const { resources } = parse(files.get("kustomization.yaml") ?? "");
    assert.deepEqual([...resources, "kustomization.yaml"].sort(), [...files.keys()].sort());
    assert.doesNotMatch([...files.values()].join(), /throw-away/);
  });

  it("hold what the graph holds", async () => {
    const graph = await graphOf("ci");
    const { files } = renderManifests(graph);
    const written = parse(files.get("trizone-deployment-web.yaml") ?? "");
    const [deployment] = ofType(graph, "kubernetes:apps/v1:Deployment").filter(({ name }) =>
      name.startsWith("web"),
    );
    assert.deepEqual([written.apiVersion, written.kind], ["apps/v1", "Deployment"]);
    assert.deepEqual(written.spec, JSON.parse(JSON.stringify(deployment?.inputs.spec)));
    const service = parse(files.get("trizone-service-web.yaml") ?? "");
    assert.deepEqual([service.apiVersion, service.metadata.namespace], ["v1", "trizone"]);
  });

  it("are synced in the program's order: the migrations, made anew, before the pods that need them", async () => {
    const { files } = renderManifests(await graphOf("ci"));
    const [namespace, account, migrations, trading, web] = [
      "namespace-trizone",
      "trizone-serviceaccount-trading",
      "trizone-job-migrations",
      "trizone-deployment-trading",
      "trizone-deployment-web",
    ].map((name) => parse(files.get(`${name}.yaml`) ?? "").metadata.annotations);
    const order = [namespace, account, migrations, trading].map((one) => Number(one[WAVE]));
    assert.deepEqual([...order].sort(), order);
    assert.ok((order[2] ?? 0) < (order[3] ?? 0));
    assert.ok(Number(web[WAVE]) > Number(namespace[WAVE]));
    assert.equal(migrations["argocd.argoproj.io/hook"], "Sync");
  });

  it("are the same for the same graph, and say what only AWS could have named", async () => {
    const graph = await graphOf("dev");
    const { files, madeUp, releases } = renderManifests(graph);
    const shuffled = { ...graph, resources: [...graph.resources].reverse() };
    assert.deepEqual([...renderManifests(shuffled).files], [...files]);
    assert.ok(madeUp.includes("trizone-targetgroupbinding-public-web.yaml"));
    assert.ok(releases.length > 0);
  });
});

describe("trizone manifests", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "manifests-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("replaces what it wrote, and refuses a folder with anything else", async () => {
    const out = join(folder, "out");
    const first = await trizone("manifests", "--stack", "ci", "--out", out);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /left out.*secrets.*Secret trizone\/database/);
    const names = (await readdir(out)).sort();
    const list = await readFile(join(out, "kustomization.yaml"), "utf8");
    await writeFile(join(out, "old.yaml"), "left by an earlier run");
    await writeFile(join(out, "kustomization.yaml"), `${list}  - old.yaml\n`);
    const again = await trizone("manifests", "--stack", "ci", "--out", out);
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual((await readdir(out)).sort(), names);
    await writeFile(join(out, "mine.yaml"), "not theirs");
    const refused = await trizone("manifests", "--stack", "ci", "--out", out);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /did not write: mine\.yaml/);
  });

  it("says how to get the foundation's outputs when it can't read them", async () => {
    const missing = join(folder, "none.json");
    const run = await trizone("manifests", "--out", join(folder, "other"), "--foundation", missing);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /none\.json.*pulumi stack output --json/);
  });
});

function trizone(...args: string[]): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const command = [join(PROJECT, "bin/trizone.cjs"), ...args];
    const child = execFile(process.execPath, command, { timeout: 60_000 }, (_, __, stderr) =>
      resolve({ code: child.exitCode, stderr }),
    );
  });
}
