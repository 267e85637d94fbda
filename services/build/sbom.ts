import { createHash } from "node:crypto";
import type { Package } from "./inventory.ts";

/**
 * What is in an image, as a CycloneDX 1.6 document (https://cyclonedx.org/docs/1.6/json): the packages of npm and, as
 * the base's part that ages first, Node. The same packages are the same document, byte by byte.
 */
export function sbomOf(service: string, packages: readonly Package[], node: string) {
  const components = [
    {
      type: "platform",
      "bom-ref": `pkg:generic/node@${node}`,
      name: "node",
      version: node,
      purl: `pkg:generic/node@${node}`,
      cpe: `cpe:2.3:a:nodejs:node.js:${node}:*:*:*:*:*:*:*`,
    },
    ...packages.map(component),
  ];
  const root = `trizone/${service}`;
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([root, components]))}`,
    version: 1,
    metadata: {
      lifecycles: [{ phase: "build" }],
      component: { type: "container", "bom-ref": root, name: root },
    },
    components,
    // Which package brought which isn't known of a bundle; that the image has each is.
    dependencies: [{ ref: root, dependsOn: [...new Set(components.map((one) => one["bom-ref"]))] }],
  };
}

function component({ name, version, license, resolved, integrity, homepage }: Package) {
  const [group, short] = name.startsWith("@") ? name.split("/") : [undefined, name];
  // Package URL: what begins a scope is escaped.
  const purl = `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
  const [algorithm, hash] = integrity?.split("-") ?? [];
  const references = [
    ...(resolved ? [{ type: "distribution", url: resolved }] : []),
    ...(homepage ? [{ type: "website", url: homepage }] : []),
  ];
  return {
    type: "library",
    "bom-ref": purl,
    ...(group ? { group } : {}),
    name: short,
    version,
    purl,
    ...(license ? { licenses: [licenceOf(license)] } : {}),
    ...(algorithm === "sha512" && hash
      ? { hashes: [{ alg: "SHA-512", content: Buffer.from(hash, "base64").toString("hex") }] }
      : {}),
    ...(references.length > 0 ? { externalReferences: references } : {}),
  };
}

/** An SPDX expression or identifier; what is neither, such as "SEE LICENSE IN …", is only a name. */
function licenceOf(text: string) {
  if (/ (?:OR|AND|WITH) /.test(text)) return { expression: text };
  return { license: /^[\w.+-]+$/.test(text) && text !== "UNLICENSED" ? { id: text } : { name: text } };
}

/** A name-based UUID, as RFC 9562's version 8 leaves its making to whoever makes it. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join("-");
}
