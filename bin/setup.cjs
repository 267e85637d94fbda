// Does a command's set-up on a machine that has only Node and npm. Written for any Node, since it is what tells an
// old one that it is too old: no syntax newer than 2009, no dependency.
var childProcess = require("child_process");
var fs = require("fs");
var path = require("path");

var root = path.join(__dirname, "..");
var oldest = 20;

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
 * Whether every package of the lock file is installed in its version. npm keeps what it installed in
 * node_modules/.package-lock.json; optional packages may be absent (they are other platforms').
 */
function isInstalled() {
  var wanted = readJson(path.join(root, "package-lock.json"));
  var found = readJson(path.join(root, "node_modules", ".package-lock.json"));
  if (!wanted)
    fail("package-lock.json is missing or broken; restore it with: git checkout package-lock.json");
  if (!found) return false;
  return Object.keys(wanted.packages).every((name) => {
    var one = wanted.packages[name];
    if (name === "" || one.optional || one.devOptional) return true;
    var other = found.packages[name];
    return other && other.version === one.version && fs.existsSync(path.join(root, name));
  });
}

function install() {
  process.stderr.write("trizone: installing dependencies from the lock file (about a minute, once)\n");
  var options = { cwd: root, stdio: ["ignore", 2, 2] };
  var flags = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  var npm = process.env.npm_execpath;
  var result =
    npm && /\.c?js$/.test(npm)
      ? childProcess.spawnSync(process.execPath, [npm].concat(flags), options)
      : childProcess.spawnSync("npm", flags, Object.assign({ shell: process.platform === "win32" }, options));
  if (result.error) fail("npm could not be run (" + result.error.message + "); install npm and try again");
  if (result.status !== 0) fail("npm ci failed (see above); mend what it names and run the command again");
}

module.exports = function setup() {
  if (parseInt(process.versions.node, 10) < oldest) {
    fail(
      "Node " +
        process.versions.node +
        " is too old: Trizone needs Node " +
        oldest +
        " or newer (nodejs.org)",
    );
  }
  if (!isInstalled()) install();
};

if (require.main === module) module.exports();
