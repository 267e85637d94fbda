#!/usr/bin/env node
// The entry of `npx trizone …`.
require("./run.cjs")("ops/main.ts", process.argv.slice(2));
