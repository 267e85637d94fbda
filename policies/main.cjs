// Node runs TypeScript itself when it is imported. Pulumi's own runner would check the types of what is required at each
// start, which takes seconds; they are checked with the project's.
module.exports = import("./index.ts");
