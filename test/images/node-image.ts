import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** Of this machine, beside Node: what `npm ci` and the build run. */
const PROGRAMS = ["/bin/sh", "/bin/rm", "/usr/bin/env", "/usr/bin/dpkg-query"];
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/**
 * Fills a folder with the context of an image that stands in for node:24-slim, which a machine without a registry can't
 * have: this machine's Node, npm and libraries, and what the packages' database says of those. Answers its Dockerfile.
 */
export function nodeImageContext(folder: string): string {
  const root = join(folder, "root");
  const put = (path: string, to = path) => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    cpSync(realpathSync(path), join(root, to), { recursive: true, dereference: true });
  };
  put(process.execPath, "/usr/local/bin/node");
  for (const program of PROGRAMS) put(program);
  const libraries = new Set([process.execPath, ...PROGRAMS].flatMap(librariesOf));
  for (const library of libraries) put(library);
  const [libc = ""] = [...libraries].filter((path) => path.endsWith("/libc.so.6"));
  put(join(dirname(libc), "librt.so.1"));
  put(npmFolder(), "/usr/local/lib/npm");
  const npm = join(root, "usr/local/bin/npm");
  writeFileSync(npm, '#!/bin/sh\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n');
  chmodSync(npm, 0o755);
  for (const path of [CERTIFICATES, "/etc/os-release", "/var/lib/dpkg/status"].filter(existsSync)) put(path);
  for (const name of ["libc6", "libgcc-s1", "libstdc++6"]) {
    for (const file of globSync(`/var/lib/dpkg/info/${name}:*.list`)) put(file);
    if (existsSync(`/usr/share/doc/${name}/copyright`)) put(`/usr/share/doc/${name}/copyright`);
  }
  mkdirSync(join(root, "tmp"));
  chmodSync(join(root, "tmp"), 0o1777);
  const file = join(folder, "Dockerfile");
  writeFileSync(
    file,
    [
      "FROM scratch",
      "COPY root /",
      `ENV PATH=/usr/local/bin:/usr/bin:/bin NODE_EXTRA_CA_CERTS=${CERTIFICATES}`,
      "",
    ].join("\n"),
  );
  return file;
}

function librariesOf(program: string): string[] {
  const said = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...said.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
}

/** Where npm is, by the program that is on the PATH. */
function npmFolder(): string {
  const cli = realpathSync(execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim());
  const folder = dirname(dirname(cli));
  const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string };
  if (name !== "npm") throw new Error(`${cli} is not npm's own program`);
  return folder;
}
