import { createRequire } from "node:module";
import { kind } from "./esm.ts";
import legacy from "./legacy.cts";

const required = createRequire(import.meta.url)("./required.cts");
export const loaded = [kind, legacy.name, required.name];
