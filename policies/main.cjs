// Pulumi's runner type-checks a TypeScript entry at each start, which takes seconds; types are checked with the rest.
require("./index.ts");
