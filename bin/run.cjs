// `node bin/run.cjs FILE [ARGUMENT…]` runs a program of this project, TypeScript or JavaScript, with its packages
// installed, on a Node that is new enough: in this process, or in a child where this Node is too old.
var childProcess = require("child_process");
var path = require("path");
var url = require("url");
var findNode = require("./node.cjs");
var packages = require("./packages.cjs");

var root = path.join(__dirname, "..");

/** Ends with the child's exit code or signal, and hands on the signals that come meanwhile. */
function runInChild(node, args) {
  // What the program starts as `node` or through npx is to be the same Node.
  process.env.PATH = path.dirname(node) + path.delimiter + process.env.PATH;
  var child = childProcess.spawn(node, args, { stdio: "inherit" });
  ["SIGINT", "SIGTERM", "SIGHUP"].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on("error", function (error) {
    packages.fail(node + " does not start here (" + error.message + "); install a newer Node (nodejs.org)");
  });
  child.on("exit", function (code, signal) {
    if (!signal) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function runHere(file, args) {
  packages.installOwn();
  // Node keeps compiled code here; programs that this one starts use the same folder.
  process.env.NODE_COMPILE_CACHE =
    process.env.NODE_COMPILE_CACHE || path.join(root, "node_modules", ".cache", "node");
  require("module").enableCompileCache(process.env.NODE_COMPILE_CACHE);
  process.argv = [process.execPath, file].concat(args);
  import(url.pathToFileURL(file).href).catch(function (error) {
    process.stderr.write("trizone: could not start: " + (error.stack || error) + "\n");
    process.exit(1);
  });
}

/** Runs a file, named from the project's root, with these arguments. */
module.exports = function run(file, args) {
  var node = findNode();
  if (node === process.execPath) runHere(path.join(root, file), args);
  else runInChild(node, [__filename, file].concat(args));
};

if (require.main === module) {
  if (!process.argv[2]) packages.fail("say which file to run: node bin/run.cjs FILE [ARGUMENT…]");
  module.exports(process.argv[2], process.argv.slice(3));
}
