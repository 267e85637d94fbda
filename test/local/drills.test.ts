import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import { Drills } from "../../local/drills.ts";

/** The command as far as drills are started with it: a scenario's name says how it ends. */
const COMMAND = `
const { writeFileSync } = require("node:fs");
const [, , , scenario, ...rest] = process.argv;
if (scenario === "list") {
  console.log(JSON.stringify([{ name: "good", description: "passes" }]));
} else {
  const out = rest[rest.indexOf("--out") + 1];
  const end = (code) => {
    writeFileSync(out + "/x.json", JSON.stringify({ scenario, arguments: rest, stopped: code === 3 }));
    writeFileSync(out + "/x.html", "<p>report</p>");
    process.exit(code);
  };
  console.error("   1 s  begins");
  if (scenario === "good") end(0);
  else if (scenario === "missed") end(1);
  else if (scenario === "broken") process.exit(2);
  else {
    process.on("SIGTERM", () => end(1));
    setInterval(() => {}, 1000);
  }
}
`;

interface Answer {
  id: string;
  state: string;
  progress?: string;
  report?: { arguments: string[] };
  html?: string;
  detail?: string;
  scenarios?: unknown[];
}

describe("drills that the supervisor runs", () => {
  let folder: string;
  let drills: Drills;
  const app = new Hono();

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "trizone-drills-"));
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin/trizone.cjs"), COMMAND);
    drills = new Drills({ directory: folder, state: folder });
    app.onError((error, c) => c.json({ detail: error.message }, 400));
    app.route("/", drills.routes());
  });

  after(async () => {
    await drills.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = async (path = "") => (await app.request(`/${path}`)).json() as Promise<Answer>;

  async function post(body: object): Promise<{ status: number; id: string; detail?: string }> {
    const response = await app.request("/", { method: "POST", body: JSON.stringify(body) });
    return { status: response.status, ...((await response.json()) as { id: string }) };
  }

  async function ended(id: string): Promise<Answer> {
    for (;;) {
      const drill = await get(id);
      if (drill.state !== "running") return drill;
      await sleep(20);
    }
  }

  it("are those that the command lists", async () => {
    assert.deepEqual((await get()).scenarios, [{ name: "good", description: "passes" }]);
  });

  for (const [scenario, state] of [
    ["good", "passed"],
    ["missed", "failed"],
    ["broken", "error"],
  ] as const) {
    it(`end as ${state} where the command says so (${scenario})`, async () => {
      const { status, id } = await post({ scenario, zone: "ap-southeast-2b", rate: 60, seed: 7 });
      assert.equal(status, 202);
      const drill = await ended(id);
      assert.equal(drill.state, state);
      assert.match(drill.progress ?? "", /begins/);
      if (state === "error") return;
      assert.equal(drill.html, "<p>report</p>");
      assert.deepEqual(drill.report?.arguments.slice(0, 6), [
        "--zone",
        "ap-southeast-2b",
        "--rate",
        "60",
        "--seed",
        "7",
      ]);
    });
  }

  it("run one at a time, and one that runs ends with the platform", async () => {
    const { id } = await post({ scenario: "endless" });
    while ((await get(id)).progress === undefined) await sleep(20);
    assert.equal((await post({ scenario: "good" })).status, 409);
    await drills.stop();
    assert.equal((await ended(id)).state, "failed");
  });

  it("refuse what is no scenario's name, and what would be an option", async () => {
    for (const scenario of ["--help", "", "../x"]) assert.equal((await post({ scenario })).status, 400);
    assert.equal((await get("nothing")).detail, "there is no such drill");
  });
});
