import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillImage } from "../../../services/build/images.ts";
import { packagesOf } from "../../../services/build/inventory.ts";
import { licencesOf } from "../../../services/build/licences.ts";
import { sbomOf } from "../../../services/build/sbom.ts";
import { PROJECT } from "../../program/graphs.ts";

describe("what an image has inside", function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "trizone-inventory-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("is the packages that left something in the bundle, with the lock file's versions and hashes", async () => {
    const packages = await packagesOf(PROJECT, await fillImage("migrations", join(folder, "migrations")));
    const names = packages.map(({ name }) => name);
    assert.ok(names.includes("pg") && names.includes("node-pg-migrate"), `${names}`);
    // Installed, and no part of this service: the framework of the others, and the loader that the bundle leaves out.
    for (const other of ["hono", "jiti", "@pulumi/pulumi"]) assert.ok(!names.includes(other), other);
    for (const { name, integrity } of packages) assert.match(integrity ?? "", /^sha512-/, name);
    const licences = await licencesOf(PROJECT, packages);
    for (const { name, version } of packages) assert.ok(licences.includes(`${name} ${version} (`), name);
    assert.match(licences, /Permission is hereby granted/);
  });

  it("is the page's packages as well, and those that come as they are published", async () => {
    const web = await packagesOf(PROJECT, await fillImage("web", join(folder, "web")));
    assert.ok(web.some(({ name }) => name === "react-dom") && web.some(({ name }) => name === "hono"));
    const news = await packagesOf(PROJECT, await fillImage("news", join(folder, "news")));
    for (const native of ["onnxruntime-node", "onnxruntime-common", "piscina"])
      assert.ok(
        news.some(({ name }) => name === native),
        native,
      );
  });

  it("is the same document for the same packages, and another for others", () => {
    const one = {
      name: "@scope/one",
      version: "1.0.0",
      path: "node_modules/@scope/one",
      license: "MIT OR ISC",
    };
    const two = {
      name: "two",
      version: "2.0.0",
      path: "node_modules/two",
      license: "SEE LICENSE IN LICENSE.md",
    };
    const sbom = sbomOf("echo", [one, two], "24.0.0");
    assert.deepEqual(sbomOf("echo", [one, two], "24.0.0"), sbom);
    assert.notEqual(sbomOf("echo", [one], "24.0.0").serialNumber, sbom.serialNumber);
    assert.match(
      sbom.serialNumber,
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const [, first, second] = sbom.components as { purl: string; licenses?: unknown }[];
    assert.equal(first?.purl, "pkg:npm/%40scope/one@1.0.0");
    assert.deepEqual(first?.licenses, [{ expression: "MIT OR ISC" }]);
    assert.deepEqual(second?.licenses, [{ license: { name: "SEE LICENSE IN LICENSE.md" } }]);
  });

  it("is refused where the lock file doesn't know a package", async () => {
    await assert.rejects(packagesOf(PROJECT, ["node_modules/no-such-package/index.js"]), /knows no package/);
  });
});
