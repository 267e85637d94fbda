import assert from "node:assert/strict";
import { isLoopback } from "../../../config/index.ts";
import { credentialsFor } from "../../../ops/arc/sign.ts";

describe("credentials for an endpoint", () => {
  const kept = { ...process.env };
  afterEach(() => {
    process.env = { ...kept };
  });

  it("are a placeholder on this machine, even where real ones are set", async () => {
    process.env.AWS_ACCESS_KEY_ID = "AKIDREAL";
    process.env.AWS_SECRET_ACCESS_KEY = "real";
    assert.equal((await credentialsFor(new URL("http://127.0.0.1:9/"))()).accessKeyId, "LOOPBACK");
    for (const host of ["localhost", "[::1]", "127.1.2.3"])
      assert.ok(isLoopback(new URL(`http://${host}:9`).hostname));
    for (const host of ["127.0.0.1.example.com", "example.com", "10.0.0.1"]) {
      assert.ok(!isLoopback(new URL(`http://${host}`).hostname));
    }
  });

  it("come from the environment elsewhere", async () => {
    process.env.AWS_ACCESS_KEY_ID = "AKIDREAL";
    process.env.AWS_SECRET_ACCESS_KEY = "real";
    process.env.AWS_SESSION_TOKEN = "token";
    const found = await credentialsFor(new URL("https://arc.example.com"))();
    assert.deepEqual([found.accessKeyId, found.sessionToken], ["AKIDREAL", "token"]);
  });

  it("are asked for by name where there are none", async () => {
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    process.env.AWS_EC2_METADATA_DISABLED = "true";
    process.env.AWS_CONFIG_FILE = process.env.AWS_SHARED_CREDENTIALS_FILE = "/nonexistent";
    await assert.rejects(
      credentialsFor(new URL("https://arc.example.com"))(),
      /no AWS credentials for arc\.example\.com .*AWS_PROFILE.*AWS_ACCESS_KEY_ID/,
    );
  });
});
