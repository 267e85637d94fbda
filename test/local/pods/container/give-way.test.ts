import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { giveWay } from "../../../../local/pods/container/give-way.ts";
import { isOutranked } from "../../../../local/pods/prepare.ts";

describe("a pod that gives way to others", () => {
  it("is one whose class another class of the graph is above", () => {
    const classes = new Map([
      ["services", 100_000],
      ["shed-first", 50_000],
    ]);
    assert.equal(isOutranked("services", classes), false);
    assert.equal(isOutranked("shed-first", classes), true);
    assert.equal(isOutranked(undefined, classes), true, "without a class it is 0");
    assert.equal(isOutranked("system-node-critical", classes), false, "Kubernetes' own are above all");
    assert.equal(isOutranked(undefined, new Map()), false, "nothing is above nothing");
  });

  it("has the least priority on this machine, as do several at once", async () => {
    const idle = () => spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true });
    const children = [idle(), idle(), idle()];
    try {
      await Promise.all(children.map(({ pid }) => giveWay(pid ?? 0)));
      for (const { pid = 0 } of children) {
        assert.equal(getPriority(pid), 19);
        const autogroup = `/proc/${pid}/autogroup`;
        if (existsSync(autogroup)) assert.match(readFileSync(autogroup, "utf8"), / nice 19$/m);
      }
    } finally {
      const ended = children.map((child) => once(child, "exit"));
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(ended);
    }
  });
});
