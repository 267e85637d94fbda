// Pulumi's runner type-checks a TypeScript entry at each start, which takes seconds; types are checked with the rest.
require(entry());

function entry() {
  try {
    return require("../bin/translated.cjs")("policies/index.ts", "cjs");
  } catch {
    // The pack is somewhere by itself, nothing can be written, or a source is broken: tsx loads what it can, and has
    // words for the rest.
    require("tsx/cjs");
    return "./index.ts";
  }
}
