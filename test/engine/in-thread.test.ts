import assert from "node:assert/strict";
import { leavesNoChildren, run } from "./support.ts";

describe("a program of TypeScript modules", () => {
  leavesNoChildren();

  it("is loaded in one piece", async () => {
    const { outputs } = await run("whole", { main: "plain.ts" });
    assert.deepEqual(outputs, { inOnePiece: true, namespaces: [true, true, "function", "t3.micro"] });
  });

  it("is loaded as it is where one piece would not be the same", async () => {
    const mains = ["waits.ts", "asks.ts", "loads.ts"];
    const graphs = await Promise.all(mains.map((main) => run("whole", { main })));
    assert.deepEqual(
      graphs.map(({ outputs }) => outputs),
      [
        { inOnePiece: false, waited: "waited" },
        { inOnePiece: false, ownName: "asks.ts" },
        { inOnePiece: false, loaded: "late" },
      ],
    );
  });
});
