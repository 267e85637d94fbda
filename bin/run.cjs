// Loads the command in this process: one process less, and signals arrive where they are handled.
var path = require("path");
var url = require("url");
var translated = require("./translated.cjs");

function load() {
  try {
    return import(url.pathToFileURL(translated("ops/main.ts", "esm")).href);
  } catch (error) {
    // Nothing can be written there, or a source is broken: tsx loads what it can, and has words for the rest.
    if (process.env.TRIZONE_DEBUG) process.stderr.write("trizone: not translated: " + error.stack + "\n");
    return import("tsx/esm/api").then((tsx) => {
      tsx.register();
      return import(url.pathToFileURL(path.join(__dirname, "..", "ops", "main.ts")).href);
    });
  }
}

if (process.env.TRIZONE_DEBUG) process.setSourceMapsEnabled(true);
load().catch((error) => {
  process.stderr.write("trizone: could not start: " + (error.stack || error) + "\n");
  process.exit(1);
});
