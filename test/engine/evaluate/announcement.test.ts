import assert from "node:assert/strict";
import type { Graph } from "../../../engine/index.ts";
import { leavesNoChildren, run } from "../support.ts";

const names = ({ resources }: Graph) => resources.map(({ name }) => name);

/** Evaluates a program; gives its graph, and the names in each graph that was announced. */
async function announced(program: string): Promise<{ graph: Graph; early: string[][] }> {
  const early: string[][] = [];
  const graph = await run(program, { onGraph: (seen) => early.push(names(seen)) });
  return { graph, early };
}

describe("a graph is announced", () => {
  leavesNoChildren();

  it("once, complete, where the program goes on no further", async () => {
    const { graph, early } = await announced("options");
    assert.deepEqual(early, [names(graph)]);
  });

  it("again, where the program goes on after it seemed complete", async () => {
    const { graph, early } = await announced("late");
    assert.deepEqual(early, [names(graph).filter((name) => name !== "late"), names(graph)]);
    assert.ok(names(graph).includes("late"));
  });
});
