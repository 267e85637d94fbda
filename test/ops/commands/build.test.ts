import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";

const DIGEST = `sha256:${"b".repeat(64)}`;

/** Stands in for docker without its daemon, and for podman and buildah, which write what the real ones write. */
const STAND_IN = `
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
const line = [process.env.TOOL, ...process.argv.slice(2)].join(" ");
appendFileSync(process.env.TOOL_LOG, line + "\\n");
if (line.startsWith("docker")) {
  console.error("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.");
  process.exit(1);
}
if (process.env.FAIL && line.includes(process.env.FAIL)) {
  console.error("it was to fail");
  process.exit(7);
}
const [, about] = /type=local,dest=(\\S+)/.exec(line) ?? [];
for (const service of about ? ["trading", "echo"] : []) {
  mkdirSync(join(about, service), { recursive: true });
  writeFileSync(join(about, service, "size.json"), '{"bytes":2500000,"files":3}');
  writeFileSync(join(about, service, "sbom.cdx.json"), '{"components":[{"type":"platform"},{"type":"library"}]}');
}
const [, file] = /--digestfile (\\S+)/.exec(line) ?? [];
if (file) writeFileSync(file, "${DIGEST}");
`;

describe("trizone build", function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trizone-build-"));
    await mkdir(join(folder, "bin"));
    await writeFile(join(folder, "stand-in.mjs"), STAND_IN);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function addTools(...names: string[]): Promise<void> {
    for (const name of names) {
      const file = join(folder, "bin", name);
      const run = `exec "${process.execPath}" "${join(folder, "stand-in.mjs")}" "$@"`;
      await writeFile(file, `#!/bin/sh\nTOOL=${name} ${run}\n`);
      await chmod(file, 0o755);
    }
  }

  async function build(args: string[], env: Record<string, string> = {}) {
    // The shell guards what is started; no builder of this machine is found.
    await writeFile(join(folder, "bin/sh"), '#!/bin/bash -p\nexec /bin/sh "$@"\n', { mode: 0o755 });
    const all = ["bin/trizone.cjs", "build", ...args, "--out", join(folder, "out")];
    const child = spawn(process.execPath, all, {
      env: {
        ...process.env,
        PATH: [join(folder, "bin"), dirname(process.execPath)].join(delimiter),
        TOOL_LOG: join(folder, "log"),
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    const log = await readFile(join(folder, "log"), "utf8").catch(() => "");
    return { code, out, err, calls: log.split("\n").filter(Boolean) };
  }

  it("says of each builder what is missing and what to do", async () => {
    await addTools("docker");
    const { code, err } = await build([]);
    assert.equal(code, 1, err);
    assert.match(err, /docker: Cannot connect to the Docker daemon.*start its daemon/);
    assert.match(err, /podman: podman is not on the PATH.*apt-get install podman/);
    assert.match(err, /buildah: buildah is not on the PATH.*apt-get install buildah/);
  });

  it("takes the first builder that works, and builds what is named by the digest of Node's image", async () => {
    await addTools("docker", "podman", "buildah");
    const { code, out, err, calls } = await build(["trading", "echo", "--tag", "1.4.0"]);
    assert.equal(code, 0, err);
    const builds = calls.filter((call) => call.startsWith("podman build"));
    assert.equal(builds.length, 5, builds.join("\n"));
    assert.match(builds[0] ?? "", /NODE_DIGEST=sha256:[0-9a-f]{64} .*--target base/);
    assert.match(builds[1] ?? "", /NODE_DIGEST=sha256:[0-9a-f]{64} .*--target contents/);
    assert.match(builds[2] ?? "", /--output type=local/);
    assert.match(builds[3] ?? "", /SERVICE=trading .*-t localhost:5001\/trizone\/trading:1\.4\.0/);
    assert.match(out, /^echo +2\.5 MB +1 +localhost:5001\/trizone\/echo:1\.4\.0$/m);
    assert.ok(!calls.some((call) => call.includes("push")));
  });

  it("pushes when told, and has the digests as a stack's config takes them", async () => {
    await addTools("buildah");
    const registry = "127.0.0.1:5001";
    const { code, out, err, calls } = await build(["echo", "--push", "--registry", registry]);
    assert.equal(code, 0, err);
    assert.match(
      calls.at(-1) ?? "",
      /^buildah push .*--tls-verify=false 127\.0\.0\.1:5001\/trizone\/echo:0\.1\.0$/,
    );
    assert.match(out, new RegExp(DIGEST));
    const list = JSON.parse(await readFile(join(folder, "out/images.json"), "utf8"));
    assert.deepEqual(list, { registry, tag: "0.1.0", digests: { echo: DIGEST } });
    const elsewhere = await build(["echo", "--push", "--registry", "registry.example.com/team"]);
    assert.doesNotMatch(elsewhere.calls.at(-1) ?? "", /tls-verify/);
  });

  it("prints the command that failed and what it said", async () => {
    await addTools("buildah");
    const { code, err } = await build(["trading"], { FAIL: "SERVICE=trading" });
    assert.equal(code, 1);
    assert.match(err, /buildah ended with 7\ncommand: buildah build .*\nit was to fail/);
  });

  it("knows its services, builders and tags", async () => {
    assert.match((await build(["tradin"])).err, /there is no service tradin: use web, gateway/);
    assert.match((await build(["--with", "kaniko"])).err, /there is no builder "kaniko": use docker/);
    assert.match((await build(["--tag", "a b"])).err, /"a b" is no tag/);
  });
});
