// Installs packages from a lock file where they are missing; as a program, those of the project. Written for any Node:
// old syntax, no dependency.
var childProcess = require("child_process");
var fs = require("fs");
var path = require("path");

/** Ends the process with a message. */
function fail(message) {
  process.stderr.write("trizone: " + message + "\n");
  process.exit(1);
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Whether every package of the folder's lock file is installed in its version. npm keeps what it installed in
 * node_modules/.package-lock.json. Optional packages may be absent, since they are other platforms', but for that of
 * the name `needed`.
 */
function areInstalled(folder, needed) {
  var file = path.join(folder, "package-lock.json");
  var wanted = readJson(file);
  var found = readJson(path.join(folder, "node_modules", ".package-lock.json"));
  if (!wanted) fail(file + " is missing or broken; restore it with: git checkout " + file);
  if (!found) return false;
  return Object.keys(wanted.packages).every(function (name) {
    var one = wanted.packages[name];
    if (name === "" || ((one.optional || one.devOptional) && name !== "node_modules/" + needed)) return true;
    var other = found.packages[name];
    return other && other.version === one.version && fs.existsSync(path.join(folder, name));
  });
}

/** Installs what the folder's lock file names where it is missing, and says so: `what` and how long it takes. */
function installMissing(folder, what, needed) {
  if (areInstalled(folder, needed)) return;
  process.stderr.write("trizone: installing " + what + "\n");
  // ONNX Runtime's script would download libraries for graphics processors, which nothing here uses.
  var env = Object.assign({}, process.env, { ONNXRUNTIME_NODE_INSTALL: "skip" });
  var options = { cwd: folder, stdio: ["ignore", 2, 2], env: env };
  var flags = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  var npm = process.env.npm_execpath;
  var result =
    npm && /npm-cli\.c?js$/.test(npm)
      ? childProcess.spawnSync(process.execPath, [npm].concat(flags), options)
      : childProcess.spawnSync("npm", flags, options);
  if (result.error) fail("npm could not be run (" + result.error.message + "); install npm and try again");
  if (result.status !== 0) fail("npm ci failed (see above); mend what it names and run the command again");
}

/** Installs the project's own packages where they are missing. */
function installOwn() {
  installMissing(path.join(__dirname, ".."), "dependencies from the lock file (about a minute, once)");
}

module.exports = { fail: fail, installMissing: installMissing, installOwn: installOwn };

if (require.main === module) installOwn();
