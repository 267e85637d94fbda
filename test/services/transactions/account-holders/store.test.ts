import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import type { AccountHolder } from "../../../../services/transactions/account-holders/account-holder.ts";
import {
  maskTaxFileNumber,
  parseTaxFileNumber,
} from "../../../../services/transactions/account-holders/account-holder.ts";
import type { Rewrapped } from "../../../../services/transactions/account-holders/store.ts";
import { openSealed, seal } from "../../../../services/transactions/keys/envelope.ts";
import { startKms } from "../kms.ts";
import { type Cash, refused, startCash } from "../support.ts";

const HOLDER = {
  name: "Renée O’Sample-Testperson",
  email: "renee.sample@example.com",
  taxFileNumber: "123 456 782",
};

describe("tax file numbers", () => {
  it("are those whose weighted digits are a multiple of 11", () => {
    assert.equal(parseTaxFileNumber("123456782"), "123456782");
    assert.equal(parseTaxFileNumber("123 456 782"), "123456782");
    assert.equal(parseTaxFileNumber("38 593 474"), "38593474");
    for (const bad of ["123456789", "000000000", "1234567", "12345678a", "123  456 782", "١٢٣٤٥٦٧٨٢", ""])
      assert.equal(parseTaxFileNumber(bad), undefined, bad);
    assert.equal(maskTaxFileNumber("123456782"), "••••••782");
  });

  it("are none when any one digit is another", () => {
    const digits = fc.array(fc.nat({ max: 9 }), { minLength: 9, maxLength: 9 }).map((each) => each.join(""));
    const valid = digits.filter((text) => parseTaxFileNumber(text) !== undefined);
    const property = fc.property(valid, fc.nat({ max: 8 }), fc.nat({ max: 9 }), (text, place, digit) => {
      const other = text.slice(0, place) + digit + text.slice(place + 1);
      assert.equal(parseTaxFileNumber(other) !== undefined, other === text);
    });
    fc.assert(property);
  });
});

describe("sealed values", () => {
  it("open under their key and context alone, and never when a bit changed", () => {
    const bytes = fc.uint8Array({ maxLength: 60 });
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(key, bytes, fc.string(), fc.nat(), (secret, plain, context, bit) => {
        const sealed = seal(secret, Buffer.from(plain), context);
        assert.deepEqual(openSealed(secret, sealed, context), Buffer.from(plain));
        assert.throws(() => openSealed(secret, sealed, `${context}x`));
        const place = bit % (sealed.length * 8);
        const changed = Buffer.from(sealed);
        changed[place >> 3] = (changed[place >> 3] ?? 0) ^ (1 << (place & 7));
        assert.throws(() => openSealed(secret, changed, context));
        assert.throws(() => openSealed(secret, sealed.subarray(0, 27), context));
      }),
    );
  });
});

describe("account holders", () => {
  let cash: Cash;
  before(async () => {
    cash = await startCash();
  });
  after(() => cash?.stop());

  const put = (userId: string, body: unknown) => cash.call("PUT", "/api/account-holder", userId, body);
  const read = async (userId: string) => {
    const response = await cash.call("GET", "/api/account-holder", userId);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("cache-control"), "no-store");
    const { updatedAt: _, ...rest } = (await response.json()) as AccountHolder;
    return rest;
  };
  const rows = async () => (await cash.postgres.query("SELECT * FROM account_holders ORDER BY user_id")).rows;
  const rewrap = async () => (await cash.call("POST", "/internal/account-holders/rewrap", "")).json();
  const { name, email } = HOLDER;
  const shown = { name, email, taxFileNumber: "••••••782" };

  it("are kept, and shown with the tax file number masked", async () => {
    await refused(await cash.call("GET", "/api/account-holder", "ann"), 404);
    const response = await put("ann", HOLDER);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.doesNotMatch(text, /123.?456/);
    assert.deepEqual(await read("ann"), shown);
    await refused(await cash.call("GET", "/api/account-holder", "eve"), 404);
  });

  it("keep the number on file unless another or null is given", async () => {
    await put("bob", HOLDER);
    await put("bob", { name: "Bob", email });
    assert.deepEqual(await read("bob"), { ...shown, name: "Bob" });
    await put("bob", { name, email, taxFileNumber: "876543210" });
    assert.equal((await read("bob")).taxFileNumber, "••••••210");
    await put("bob", { name, email, taxFileNumber: null });
    assert.deepEqual(await read("bob"), { name, email, taxFileNumber: null });
    const changes = Array.from({ length: 4 }, (_, i) => put("bob", { name: `Bob ${i}`, email }));
    const statuses = (await Promise.all(changes)).map(({ status }) => status);
    assert.ok(statuses.every((status) => status === 200 || status === 503) && statuses.includes(200));
    assert.match((await read("bob")).name, /^Bob \d$/);
  });

  it("are refused with what is wrong, which is not repeated", async () => {
    const body = { name: " ", email: "renee.sample", taxFileNumber: "123456789", more: "x" };
    const text = await refused(await put("ann", body), 422, "name", "email", "taxFileNumber", "more");
    assert.doesNotMatch(text, /renee|123456789/);
    await refused(await put("ann", { name: "a\nb", email }), 422, "name");
    await refused(await put("ann", [1]), 422, "body");
  });

  it("lie in the database as ciphertext that is bound to its user and field", async () => {
    await put("carl", HOLDER);
    const all = JSON.stringify((await cash.postgres.query("SELECT h::text FROM account_holders h")).rows);
    const bytes = Buffer.concat(
      (await rows()).flatMap((row) => [row.name, row.email, row.tax_file_number ?? Buffer.alloc(0)]),
    );
    for (const text of [HOLDER.name, HOLDER.email, "123456782", "Sample", "example.com"]) {
      assert.ok(!all.includes(text) && !bytes.includes(text), text);
      assert.ok(!all.includes(Buffer.from(text).toString("hex")), text);
    }
    const broken = async (change: string) => {
      await put("carl", HOLDER);
      await cash.postgres.query(`UPDATE account_holders h SET ${change} WHERE user_id = 'carl'`);
      const response = await cash.call("GET", "/api/account-holder", "carl");
      assert.equal(response.status, 500, change);
      assert.doesNotMatch(await response.text(), /Ren|gcm|decrypt|auth/i);
    };
    await broken("name = email, email = name");
    await broken("name = (SELECT o.name FROM account_holders o WHERE o.user_id = 'ann')");
    await broken("name = set_byte(name, 20, 255 - get_byte(name, 20))");
    await broken(
      "(wrapped_key, key_id, name, email, tax_file_number) = " +
        "(SELECT wrapped_key, key_id, name, email, tax_file_number FROM account_holders o WHERE o.user_id = 'ann')",
    );
    await put("carl", HOLDER);
  }).timeout(30_000);

  it("are encrypted anew under a new key, after which the old one can go", async () => {
    await put("ann", HOLDER);
    await put("carl", HOLDER);
    const before = await rows();
    await cash.keys("two", "one");
    assert.deepEqual(await read("ann"), shown);
    await put("dora", HOLDER);
    assert.deepEqual((await rows()).find(({ user_id }) => user_id === "dora").key_id, "two");
    assert.deepEqual(await rewrap(), { rewrapped: before.length, failed: [], next: null });
    assert.deepEqual(await rewrap(), { rewrapped: 0, failed: [], next: null });
    const after = await rows();
    assert.deepEqual([...new Set(after.map(({ key_id }) => key_id))], ["two"]);
    for (const old of before) {
      const now = after.find(({ user_id }) => user_id === old.user_id);
      assert.notDeepEqual(now.name, old.name);
      assert.notDeepEqual(now.wrapped_key, old.wrapped_key);
      assert.deepEqual(now.updated_at, old.updated_at);
    }
    await cash.keys("two");
    assert.deepEqual(await read("ann"), shown);
    await cash.postgres.query("UPDATE account_holders SET email = name WHERE user_id = 'dora'");
    await cash.keys("new", "two");
    const { failed, ...rest } = (await rewrap()) as Rewrapped;
    assert.deepEqual(rest, { rewrapped: before.length, next: null });
    assert.deepEqual(
      failed.map(({ userId }) => userId),
      ["dora"],
    );
    await put("dora", HOLDER);
    await cash.keys("new");
    assert.deepEqual(await read("dora"), shown);
    await cash.keys("three");
    assert.equal((await cash.call("GET", "/api/account-holder", "ann")).status, 500);
    await cash.keys("three", "new");
    assert.deepEqual(await read("ann"), shown);
  });

  it("are encrypted under KMS, which is told whose they are", async () => {
    const kms = await startKms();
    const credentials = { AWS_ACCESS_KEY_ID: "TEST", AWS_SECRET_ACCESS_KEY: "not-a-secret" };
    const pod = await cash.another({
      PERSONAL_DATA_KEY: kms.arn,
      AWS_ENDPOINT_URL_KMS: kms.url,
      ...credentials,
    });
    const ask = (method: string, body?: unknown) =>
      fetch(`${pod.url}/api/account-holder`, {
        method,
        headers: { "x-user-id": "kim", "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    assert.equal((await ask("PUT", HOLDER)).status, 200);
    assert.equal(((await (await ask("GET")).json()) as AccountHolder).name, HOLDER.name);
    assert.deepEqual(kms.calls, ['GenerateDataKey {"owner":"kim"}', 'Decrypt {"owner":"kim"}']);
    kms.setUp(false);
    const response = await ask("GET");
    assert.equal(response.status, 503);
    assert.ok(response.headers.get("retry-after"));
    assert.doesNotMatch(await response.text(), /KMS|arn/);
    kms.setUp(true);
    await cash.postgres.query("DELETE FROM account_holders WHERE user_id = 'kim'");
    await kms.close();
  });

  it("need a key file that is one, and that others can't read", async () => {
    const start = async (text: string, mode: number, pattern: RegExp) => {
      const file = `${cash.keyFile}-bad`;
      await writeFile(file, text);
      await chmod(file, mode);
      await assert.rejects(cash.another({ PERSONAL_DATA_KEY: pathToFileURL(file).href }), (error: Error) => {
        assert.match(error.message, pattern);
        assert.ok(
          text === "" || !error.message.includes(text.trim().split(" ").at(-1) ?? "?"),
          "it shows a key",
        );
        return true;
      });
    };
    const good = `k ${Buffer.alloc(32, 7).toString("base64")}\n`;
    await start(good, 0o644, /open to others \(mode 644\); make it 600/);
    await start("", 0o600, /has no key/);
    await start("k c2hvcnQ=\n", 0o600, /Line 1 .* is not "<id> <base64 of 32 bytes>"/);
    await start(good + good, 0o600, /the key k twice/);
    await assert.rejects(
      cash.another({ PERSONAL_DATA_KEY: "file:///none" }),
      /can't be read .*PERSONAL_DATA_KEY/,
    );
    await assert.rejects(
      cash.another({ PERSONAL_DATA_KEY: "secret" }),
      /must be the ARN .* or the file: URL/,
    );
  });

  it("leave no trace in logs and metrics", async () => {
    const metrics = await (await fetch(`${cash.pod.admin}/metrics`)).text();
    const output = cash.pod.output();
    assert.match(output, /"level":"debug".*account-holder/, "the log is there, at its finest");
    for (const text of [
      HOLDER.name,
      "O’Sample",
      HOLDER.email,
      "renee",
      "123456782",
      "123 456 782",
      "876543210",
    ])
      assert.ok(!output.includes(text) && !metrics.includes(text), text);
  });
});
