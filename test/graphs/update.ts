import { graphOfStack, record, writeRecording } from "../../ops/graph/recording.ts";
import { RECORDED } from "./recorded.ts";

for (const stack of RECORDED) await writeRecording(stack, record(await graphOfStack(stack)));
