import assert from "node:assert/strict";
import type { Status } from "../../../local/status.ts";
import { areReplaced } from "../../../ops/drill/stage.ts";

function pod(name: string, given: Partial<Status["pods"][number]> = {}): Status["pods"][number] {
  const pod: Partial<Status["pods"][number]> = { name, workload: "guard", phase: "Running", ready: true };
  return { ...pod, ...given } as Status["pods"][number];
}

const ENDING = { phase: "Terminating", ready: false };

describe("pods of a service", () => {
  const before = [pod("a"), pod("b"), pod("c"), pod("web", { workload: "web" })];

  it("are replaced once as many others are ready", () => {
    assert.equal(areReplaced("guard", before, [pod("d"), pod("e"), pod("f")]), true);
    assert.equal(areReplaced("guard", before, [pod("d"), pod("e"), pod("c")]), false, "one is left");
    assert.equal(areReplaced("guard", before, [pod("d"), pod("e")]), false, "one is missing");
    const starting = pod("f", { ready: false });
    assert.equal(areReplaced("guard", before, [pod("d"), pod("e"), starting]), false, "one still starts");
  });

  it("are replaced whatever ends beside them, before or then", () => {
    const moved = [...before, pod("moved", ENDING)];
    const now = [pod("d"), pod("e"), pod("f"), pod("c", ENDING), pod("moved", ENDING)];
    assert.equal(areReplaced("guard", moved, now), true);
  });
});
