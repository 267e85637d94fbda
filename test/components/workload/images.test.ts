import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONTEXT, contentTag } from "../../../components/workload/image-context.ts";
import { graphOf, inputsOf, ofType, PROJECT } from "../../program/graphs.ts";

const IMAGE = "awsx:ecr:Image";

describe("images that the program builds", () => {
  let folders: string[] = [];
  const copy = async () => {
    const folder = await mkdtemp(join(tmpdir(), "trizone-images-"));
    folders.push(folder);
    for (const path of CONTEXT.filter((path) => existsSync(join(PROJECT, path))))
      await cp(join(PROJECT, path), join(folder, path), { recursive: true });
    return folder;
  };
  afterEach(async () => {
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
    folders = [];
  });

  it("have a tag of what they are built of: another after a change of a file, the same after one elsewhere", async () => {
    const args = { SERVICE: "trading" };
    const [same, elsewhere, changed, renamed] = await Promise.all([copy(), copy(), copy(), copy()]);
    await writeFile(join(elsewhere, "README.md"), "changed");
    await writeFile(join(changed, "services/Dockerfile"), "changed");
    await cp(join(renamed, "services/Dockerfile"), join(renamed, "services/Containerfile"));
    const tag = contentTag(args);
    assert.match(tag, /^content-[0-9a-f]{64}$/);
    assert.deepEqual([contentTag(args, same), contentTag(args, elsewhere)], [tag, tag]);
    const others = [contentTag(args, changed), contentTag(args, renamed), contentTag({ SERVICE: "web" })];
    assert.equal(new Set([tag, ...others]).size, 4);
  });

  it("go to ECR under that tag, which alone may be pushed again", async () => {
    const dev = await graphOf("dev");
    for (const { inputs } of ofType(dev, IMAGE)) {
      const { args, platform } = inputs as { args: Record<string, string>; platform: string };
      assert.equal(inputs.imageTag, contentTag({ ...args, platform }));
    }
    for (const { inputs } of ofType(dev, "aws:ecr/repository:Repository")) {
      assert.equal(inputs.imageTagMutability, "IMMUTABLE_WITH_EXCLUSION");
      assert.deepEqual(inputs.imageTagMutabilityExclusionFilters, [
        { filter: "content-*", filterType: "WILDCARD" },
      ]);
    }
  });

  it("have another tag on other processors", async () => {
    const graviton = await graphOf("dev", 'trizone:nodes={"instanceTypes":["m7g.large"]}');
    const tag = async (graph: typeof graviton) => inputsOf(graph, IMAGE, "image-web").imageTag;
    assert.notEqual(await tag(graviton), await tag(await graphOf("dev")));
  });

  it("are built of an allow-list: all that the Dockerfile copies, and no other file of the folder", async () => {
    const lines = (await readFile(join(PROJECT, ".dockerignore"), "utf8"))
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    assert.deepEqual(lines, ["*", ...CONTEXT.map((path) => `!${path}`)]);
    const dockerfile = await readFile(join(PROJECT, "services/Dockerfile"), "utf8");
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths = ""]) =>
      paths.split(" "),
    );
    const allowed = copied.map((path) => CONTEXT.find((one) => path === one || path.startsWith(`${one}/`)));
    assert.deepEqual([...new Set(allowed)].sort(), [...CONTEXT].sort());
  });
});
