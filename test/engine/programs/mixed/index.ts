import { createRequire } from "node:module";
import { Kind } from "./esm.ts";
import legacy from "./legacy.cts";

const required = createRequire(import.meta.url)("./required.cts");
export const loaded = [Kind.Esm, legacy.name, required.name];
