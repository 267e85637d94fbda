import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImages, buildImagesApart, SERVICES } from "../../../services/build/images.ts";

describe("images", () => {
  let out: string;
  before(async () => {
    out = await mkdtemp(join(tmpdir(), "trizone-images-"));
  });
  after(() => rm(out, { recursive: true }));

  it("hold what a container finds under /app, are built once, and whole when several build at once", async function () {
    this.timeout(180_000);
    const rounds = await Promise.all([buildImages(out), buildImages(out)]);
    assert.deepEqual((await readdir(out)).sort(), [...SERVICES].sort());
    assert.ok(rounds.flat().some(({ built }) => built));
    const again = await buildImages(out);
    assert.deepEqual(
      again.map(({ service, built, directory }) => ({ service, built, directory })),
      SERVICES.map((service) => ({ service, built: false, directory: join(out, service) })),
    );
    const files = (service: string) => readdir(join(out, service));
    assert.ok((await files("gateway")).includes("main.js"));
    assert.ok((await files("web")).includes("public"));
    for (const name of ["main.js", "sql"]) assert.ok((await files("migrations")).includes(name));
    assert.deepEqual(JSON.parse(await readFile(join(out, "web/package.json"), "utf8")), { type: "module" });
  });

  it("are built by a process of its own too, which says why it can't and ends when it is to stop", async function () {
    this.timeout(180_000);
    const apart = join(out, "apart");
    await buildImagesApart(apart);
    assert.deepEqual((await readdir(apart)).sort(), [...SERVICES].sort());
    assert.ok((await buildImages(apart)).every(({ built }) => !built));
    // Nothing is to be done, so that nothing is started that could notice it.
    await buildImagesApart(apart, AbortSignal.abort());

    await writeFile(join(out, "file"), "");
    await assert.rejects(buildImagesApart(join(out, "file")), /ENOTDIR.*file|EEXIST.*file/);
    await assert.rejects(buildImagesApart(join(out, "stopped"), AbortSignal.timeout(200)), {
      name: "AbortError",
    });
  });
});
