// Pulumi's runner type-checks a TypeScript entry at each start, which takes seconds; types are checked with the rest.
const translated = require("../bin/translated.cjs");

require(entry());

function entry() {
  try {
    return translated("policies/index.ts", "cjs");
  } catch {
    // Nothing can be written there, or a source is broken: tsx loads what it can, and has words for the rest.
    require("tsx/cjs");
    return "./index.ts";
  }
}
