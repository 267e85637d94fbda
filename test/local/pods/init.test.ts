import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ask, Bench, deployment, exists, until } from "./fixture.ts";

/** Appends a line to a file of the volume, and fails where the test lays a file that asks for it. */
const STEP = `
const { appendFileSync, existsSync } = require("node:fs");
if (existsSync(process.env.CONTROL + "/refuse")) { console.error("no model today"); process.exit(4); }
appendFileSync(process.env.DATA + "/steps", process.argv[1] + "\\n");
`;

describe("a pod's init containers", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clean());

  const data = [{ name: "data", mountPath: "/data" }];
  const withInit = (...programs: string[]) => {
    const init = (program: string, index: number) => ({
      name: `init-${index}`,
      image: "server",
      command: ["node", "-e", program, String(index)],
      env: [
        { name: "CONTROL", value: bench.control },
        { name: "DATA", value: "/data" },
      ],
      volumeMounts: data,
    });
    return deployment("news", {
      replicas: 1,
      env: [{ name: "DATA", value: "/data" }],
      container: { volumeMounts: data },
      spec: { volumes: [{ name: "data", emptyDir: {} }], initContainers: programs.map(init) },
    });
  };

  it("run one after the other before the container, which finds what they left, and once", async () => {
    const pods = bench.pods([withInit(STEP, STEP)]);
    await pods.start();
    await pods.ready(20_000);
    const [endpoint = assert.fail("no endpoint")] = pods.endpoints();
    const { env, pid } = await ask(endpoint);
    const steps = () => readFileSync(join(env.DATA, "steps"), "utf8");
    assert.equal(steps(), "0\n1\n");
    process.kill(pid, "SIGKILL");
    await until(pods, () => pods.status()[0]?.restarts === 1 && pods.endpoints()[0]?.ready === true);
    assert.equal(steps(), "0\n1\n", "a container that starts again finds all done");
  });

  it("hold up the container while they fail, and are tried again", async () => {
    bench.tell("refuse");
    const pods = bench.pods([withInit(STEP)]);
    await pods.start();
    await until(pods, () => pods.status()[0]?.restarts === 1);
    const [pod = assert.fail("no pod")] = pods.status();
    assert.equal(pod.ready, false);
    assert.equal(pod.lastExit?.code, 4);
    assert.match(readFileSync(join(bench.logs, `${pod.name}.log`), "utf8"), /no model today/);
    bench.untell("refuse");
    await pods.ready(20_000);
  });

  it("end with their pod", async () => {
    const pods = bench.pods([withInit("setInterval(() => {}, 1000)")]);
    await pods.start();
    await until(pods, () => pods.status()[0]?.pid !== undefined);
    const pid = pods.status()[0]?.pid;
    await pods.stop({ graceMs: 500 });
    assert.equal(exists(pid), false);
    assert.equal(existsSync(join(bench.folder, "volumes", "news")), false);
  });
});
