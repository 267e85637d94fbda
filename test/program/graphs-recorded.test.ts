import assert from "node:assert/strict";
import { diffGraphs, isEmpty } from "../../ops/graph/diff.ts";
import { renderDiff } from "../../ops/graph/diff-view.ts";
import { readRecording, record } from "../../ops/graph/recording.ts";
import { RECORDED } from "../graphs/recorded.ts";
import { graphOf } from "./graphs.ts";

describe("recorded graphs", () => {
  for (const stack of RECORDED) {
    it(`stack ${stack} is as recorded`, async () => {
      const recording = await readRecording(stack);
      assert.ok(recording, `nothing is recorded of stack ${stack}: run npm run graphs:update`);
      const diff = diffGraphs(recording, record(await graphOf(stack)));
      if (isEmpty(diff)) return;
      assert.fail(
        `the graph of stack ${stack} is not the one in test/graphs/${stack}.json:\n${renderDiff(diff)}\n` +
          "If that is what was meant, run npm run graphs:update and have the change reviewed.",
      );
    });
  }
});
