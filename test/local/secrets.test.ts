import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Graph } from "../../engine/index.ts";
import { createProvider } from "../../local/provider/index.ts";
import { keyFiles, Secrets } from "../../local/secrets.ts";
import type { State } from "../../local/state.ts";

const graph = (type: string, outputs: object): Graph =>
  ({ resources: [{ urn: "urn:one", type, name: "one", inputs: {}, outputs }] }) as unknown as Graph;
const version = (password: string) =>
  graph("aws:secretsmanager/secretVersion:SecretVersion", {
    arn: "arn:login",
    secretString: JSON.stringify({ username: "trading", password }),
  });

describe("a laptop's secrets and keys", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "trizone-secrets-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("stay as they were made the first time, whatever the program draws later", async () => {
    const file = join(folder, "secrets.json");
    for (const password of ["first", "second"]) {
      const secrets = await Secrets.open(file, version(password));
      assert.deepEqual(secrets.read("arn:login"), { username: "trading", password: "first" });
    }
    const secrets = await Secrets.open(file, version("third"));
    assert.throws(() => secrets.read("arn:other"), /no secret has the ARN arn:other/);
  });

  it("of a database's master user are made once, for the user that it was made with", async () => {
    const file = join(folder, "master.json");
    const database = (username: string) =>
      graph("aws:rds/instance:Instance", { username, masterUserSecrets: [{ secretArn: "arn:db" }] });
    const first = (await Secrets.open(file, database("trizone"))).master("arn:db", "trizone");
    assert.deepEqual([first.username, first.password.length], ["trizone", 32]);
    const later = (await Secrets.open(file, database("other"))).master("arn:db", "other");
    assert.deepEqual(later, first);
  });

  it("refuse what has no keys and values", async () => {
    const text = graph("aws:secretsmanager/secretVersion:SecretVersion", {
      arn: "arn:text",
      secretString: "[1]",
    });
    await assert.rejects(
      Secrets.open(join(folder, "text.json"), text),
      /urn:one:\n {2}secretString: must be a JSON object of texts/,
    );
  });

  it("draw passwords anew where something runs, and the same for a graph that is recorded", async () => {
    const addresses = { reserve: async () => ({ host: "127.0.0.1", port: 1 }) };
    const draw = async (provider: ReturnType<typeof createProvider>) =>
      (
        await provider.invoke("aws:secretsmanager/getRandomPassword:getRandomPassword", {
          passwordLength: 64,
        })
      ).randomPassword;
    const [recorded, running] = [createProvider(), createProvider({ addresses })];
    assert.equal(await draw(recorded), await draw(recorded));
    assert.notEqual(await draw(running), await draw(running));
    assert.match(String(await draw(running)), /^[0-9a-f]{64}$/);
  });

  it("are a file for each KMS key, made once, for its owner alone", async () => {
    const state = {
      path: (...parts: string[]) => join(folder, ...parts),
      folder: () => folder,
    } as unknown as State;
    const key = graph("aws:kms/key:Key", { arn: "arn:aws:kms:r:1:key/abc", keyId: "abc" });
    await mkdir(join(folder, "keys"));
    const read = async () => {
      const { "arn:aws:kms:r:1:key/abc": url = "" } = await keyFiles(key, state);
      const path = fileURLToPath(url);
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      return readFile(path, "utf8");
    };
    const first = await read();
    assert.match(first, /^abc [A-Za-z0-9+/]{43}=\n$/);
    assert.equal(await read(), first);
  });
});
