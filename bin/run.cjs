// Loads the command in this process: one process less, and signals arrive where they are handled.
var path = require("path");
var url = require("url");

import("tsx/esm/api")
  .then((tsx) => {
    tsx.register();
    return import(url.pathToFileURL(path.join(__dirname, "..", "ops", "main.ts")).href);
  })
  .catch((error) => {
    process.stderr.write("trizone: could not start: " + (error.stack || error) + "\n");
    process.exit(1);
  });
