#!/usr/bin/env node
// The one entry of `npx trizone …` and of the npm scripts. What an old Node can't parse is in run.cjs.
require("./setup.cjs")();
require("./run.cjs");
