import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { tarOf } from "../../../engine/assets/archive.ts";
import { hashAssets } from "../../../engine/assets/index.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const asset = (fields: object) => ({ [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", ...fields });
const archive = (fields: object) => ({ [SIGNATURE]: "0def7320c3a5731c473e5ecbe6d01bc7", ...fields });
const secret = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });

/** SHA-256 of "a\n" and of nothing. */
const A = "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7";
const NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Archives of the files below, as tars in Go's form; test/pulumi/programs.test.ts holds such tars against the CLI's. */
const GOLDEN = {
  empty: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
  dir: "3e94b949ff6e25c1414a938bf2789f6e6ce0707fb0b00e99c871cd66295ce8de",
  long: "5a91f7bfd3b5dd4c2d2ee529ba6180790bd9bfc92c7ba6b09a30499f3a89a969",
  assets: "48d17caa2fc289220b9049accb613f5239c15a188ae58a2f5e15dacab7336459",
};

describe("assets and archives", () => {
  let folder = "";
  const file = (name: string, text: string | Buffer) => {
    const path = join(folder, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  };
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "trizone-assets-"));
    file("dir/a.txt", "a\n");
    file("dir/a/b.txt", "b\n");
    file("dir/.pulumi/state", "not packed");
    symlinkSync("a.txt", join(folder, "dir/link"));
    symlinkSync("a", join(folder, "dir/linked"));
    // Names that need a tar's prefix, an extended header for the length, and one for the letters.
    file(`long/${"n".repeat(90)}/${"n".repeat(90)}.txt`, "n\n");
    file(`long/${"m".repeat(150)}`, "m\n");
    file("long/ä.txt", "umlaut\n");
    const chunks: Buffer[] = [];
    for await (const chunk of tarOf({ path: "dir" }, folder)) chunks.push(chunk);
    file("dir.tar", Buffer.concat(chunks));
    file("dir.tgz", gzipSync(Buffer.concat(chunks)));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function hash(value: object): Promise<unknown> {
    const { it } = await hashAssets({ it: value }, folder);
    return (it as { hash?: unknown }).hash;
  }
  async function failure(value: unknown): Promise<string> {
    const error = await hashAssets({ source: value }, folder).then(
      () => assert.fail("was read"),
      (reason) => reason,
    );
    return error.message.replaceAll(folder, "DIR");
  }

  it("leave everything else as it is", async () => {
    const properties = { list: [1, secret("s")], text: "a" };
    assert.equal(await hashAssets(properties, folder), properties);
  });

  it("are hashed by their content, however deep they are", async () => {
    const properties = {
      list: [{ file: asset({ path: "dir/a.txt", __pulumiAsset: true }) }],
      key: secret(asset({ text: "a\n" })),
    };
    assert.deepEqual(await hashAssets(properties, folder), {
      list: [{ file: asset({ path: "dir/a.txt", hash: A }) }],
      key: secret(asset({ text: "a\n", hash: A })),
    });
    assert.equal(await hash(asset({ text: "" })), NOTHING);
    assert.equal(await hash(asset({ uri: `file://${folder}/dir/a.txt` })), A);
    assert.equal(await hash(asset({ path: "absent", hash: "known" })), "known");
  });

  it("are hashed as the CLI packs them", async () => {
    assert.equal(await hash(archive({})), GOLDEN.empty);
    assert.equal(await hash(archive({ path: "dir" })), GOLDEN.dir);
    assert.equal(await hash(archive({ path: "long" })), GOLDEN.long);
    const assets = {
      b: asset({ text: "b" }),
      a: archive({ path: "dir" }),
      "a/a.txt": asset({ text: "second" }),
    };
    assert.equal(await hash(archive({ assets })), GOLDEN.assets);
  });

  it("that are packed already are hashed as files, and unpacked inside of others", async () => {
    const inside = (path: string) => hash(archive({ assets: { a: archive({ path }) } }));
    assert.equal(await hash(archive({ path: "dir.tar" })), await hash(archive({ path: "dir" })));
    assert.equal(await hash(archive({ path: "dir.tgz" })), await hash(asset({ path: "dir.tgz" })));
    for (const path of ["dir.tar", "dir.tgz"]) assert.equal(await inside(path), await inside("dir"));
  });

  it("are downloaded, again where a server is busy", async () => {
    const statuses = [503, 429, 404];
    const server = createServer((_request, response) => {
      response.writeHead(statuses.shift() ?? 200).end("a\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      assert.equal(await hash(asset({ uri: `http://127.0.0.1:${port}/a` })), A);
      assert.deepEqual(statuses, []);
    } finally {
      server.close();
    }
  });

  it("that can't be read fail in the CLI's words", async () => {
    assert.equal(
      await failure(asset({ path: "page.html" })),
      `failed to compute asset hash for "source": failed to open asset file 'DIR/page.html': open DIR/page.html: no such file or directory`,
    );
    assert.equal(
      await failure(asset({ path: "dir" })),
      `failed to compute asset hash for "source": asset path 'DIR/dir' is a directory; try using an archive`,
    );
    assert.equal(
      await failure(archive({ path: "absent" })),
      `failed to compute archive hash for "source": couldn't read archive path 'DIR/absent': stat DIR/absent: no such file or directory`,
    );
    assert.equal(
      await failure(archive({ path: "absent.zip" })),
      `failed to compute archive hash for "source": open DIR/absent.zip: no such file or directory`,
    );
    assert.equal(
      await failure(archive({ path: "dir/a.txt" })),
      `failed to compute archive hash for "source": 'DIR/dir/a.txt' is neither a recognized archive type nor a directory`,
    );
    assert.equal(
      await failure(archive({ assets: { page: asset({ path: "page.html" }) } })),
      `failed to compute asset hash for "page": failed to open asset file 'DIR/page.html': open DIR/page.html: no such file or directory`,
    );
    assert.equal(
      await failure(archive({ assets: { page: "text" } })),
      `failed to compute archive hash for "source": archive member 'page' is not an asset or archive`,
    );
    assert.equal(
      await failure(asset({ uri: "s3://bucket/key" })),
      `failed to compute asset hash for "source": Unrecognized or unsupported URI scheme: s3`,
    );
  });
});
