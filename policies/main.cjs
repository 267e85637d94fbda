// Node 22.18 and later load TypeScript themselves, before that tsx does. The runner's own way would check the types at
// each start, which takes seconds; they are checked with the rest.
module.exports = process.features.typescript ? import("./index.ts") : viaTsx();

function viaTsx() {
  require("tsx/cjs");
  return require("./index.ts");
}
