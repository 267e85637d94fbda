import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  realpathSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** Fills a folder with the files of an image's base: Node, the libraries that it loads, their licences, and one user. */

/** Who runs the services; components/workload/pod.ts names the same. */
const UID = 10001;
/** Libraries that native modules load and Node itself does not. */
const FOR_MODULES = ["librt.so.1"];
/** The same time for each file, so that the same files are the same layer. */
const TIME = new Date("2000-01-01T00:00:00Z");

const [, , root = ""] = process.argv;
if (!root) throw new Error("Say where to: node services/build/runtime-files.ts <folder>");

function put(path: string, from = path): void {
  const to = join(root, path);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(realpathSync(from), to);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Shared libraries that this Node loaded, and those for modules, by absolute path. */
function libraries(): string[] {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
  const loaded = sharedObjects.filter((path) => path.startsWith("/"));
  const libc = loaded.find((path) => path.endsWith("/libc.so.6"));
  if (libc === undefined)
    throw new Error("This Node isn't one for glibc: use an image of Debian, such as node:24-slim");
  const further = FOR_MODULES.map((name) => join(dirname(libc), name)).filter(existsSync);
  return [...new Set([...loaded, ...further])];
}

/** The Debian package that owns a file, which is listed by the path before or after `/usr` was merged. */
function ownerOf(path: string): string | undefined {
  for (const one of [path, path.startsWith("/usr/") ? path.slice(4) : `/usr${path}`]) {
    try {
      const said = execFileSync("dpkg-query", ["-S", one], { stdio: ["ignore", "pipe", "ignore"] });
      return said.toString().split(":")[0];
    } catch {
      // Not listed by this path, or there is no dpkg: the caller says which library has no owner.
    }
  }
  return undefined;
}

put("/usr/local/bin/node", process.execPath);
const packages = new Set<string>();
for (const library of libraries()) {
  put(library);
  const owner = ownerOf(library);
  if (owner) packages.add(owner);
  else
    process.stderr.write(
      `${library} is of no Debian package: scanners of the image can't know its version\n`,
    );
}
for (const name of packages) {
  // Where scanners look in images without dpkg, as in those of distroless.
  write(`/var/lib/dpkg/status.d/${name}`, execFileSync("dpkg-query", ["-s", name], { encoding: "utf8" }));
  const licence = `/usr/share/doc/${name}/copyright`;
  if (existsSync(licence)) put(licence);
}
const nodeLicence = [dirname(dirname(process.execPath)), "/usr/local"].map((folder) =>
  join(folder, "LICENSE"),
);
for (const file of nodeLicence.filter(existsSync).slice(0, 1)) put("/usr/local/share/doc/node/LICENSE", file);
if (existsSync("/etc/os-release")) put("/etc/os-release");
write("/etc/passwd", `root:x:0:0:root:/:/sbin/nologin\ntrizone:x:${UID}:${UID}:trizone:/:/sbin/nologin\n`);
write("/etc/group", `root:x:0:\ntrizone:x:${UID}:\n`);
write("/etc/nsswitch.conf", "hosts: files dns\n");
mkdirSync(join(root, "tmp"), { recursive: true });
chmodSync(join(root, "tmp"), 0o1777);
for (const entry of globSync("**", { cwd: root })) utimesSync(join(root, entry), TIME, TIME);
