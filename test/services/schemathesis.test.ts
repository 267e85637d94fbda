import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Everything, startEverything } from "./fuzz/everything.ts";

/** Requests of each operation and phase at most; 1000 make some 20,000 in all. */
const EXAMPLES = process.env.EXAMPLES ?? "20";
const DAY_S = 86_400;
const FOLDER = join(import.meta.dirname, "schemathesis");

describe("the OpenAPI document, judged by schemathesis", () => {
  let all: Everything;
  let folder: string;
  before(async function () {
    if (spawnSync("schemathesis", ["--version"]).status !== 0) {
      console.log(
        "      skipped: there is no schemathesis on the PATH; it comes with `pip install schemathesis`",
      );
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), "trizone-schemathesis-"));
    this.timeout(180_000);
    all = await startEverything();
  });
  after(async () => {
    await all?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  it("says exactly what the services take and answer", async () => {
    const exp = Math.floor(Date.now() / 1000) + DAY_S;
    const token = await all.issuer.token({ sub: "judge", exp });
    const options = [
      ...["--config-file", join(FOLDER, "schemathesis.toml"), "run", `${all.gateway.url}/api/openapi.json`],
      ...["--checks", "all", "--max-examples", EXAMPLES, "--header", `Authorization: Bearer ${token}`],
      ...(process.env.SEED ? ["--seed", process.env.SEED] : []),
      ...["--continue-on-failure", "--output-sanitize", "true", "--no-color"],
    ];
    const env = {
      ...process.env,
      SCHEMATHESIS_HOOKS: "hooks",
      PYTHONPATH: FOLDER,
      PYTHONDONTWRITEBYTECODE: "1",
    };
    const child = spawn("schemathesis", options, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    const [code] = await once(child, "exit");
    // A request that failed may be a megabyte in one line.
    const said = output.replace(/^(.{400}).*$/gm, "$1…");
    console.log(said.replace(/^/gm, "      ").slice(-3000));
    assert.equal(code, 0, said.slice(0, 20_000));
  }).timeout(120_000 + Number(EXAMPLES) * 5000);
});
