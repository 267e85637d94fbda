import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import {
  CancelZonalShiftCommand,
  ListZonalShiftsCommand,
  StartZonalShiftCommand,
  type ZonalShiftCommand,
} from "../../../ops/arc/commands.ts";
import { signer } from "../../../ops/arc/sign.ts";
import { balancer } from "../../local/arc/fixture.ts";

const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const sign = signer({ endpoint: new URL("https://arc.example.com"), region: "ap-southeast-2", credentials });
const signingDate = new Date("2015-08-30T12:36:00Z");

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
const encode = (text: string) =>
  [...Buffer.from(text)]
    .map((byte) =>
      /[A-Za-z0-9\-._~]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");

/** The signature of a request as it goes over the wire, computed step by step as AWS's reference describes it. */
function expected(method: string, target: string, headers: Record<string, string>, body = ""): string {
  const [path = "", query = ""] = target.split("?");
  const canonicalPath = path.split("/").map(encode).join("/");
  const canonicalQuery = query.split("&").sort().join("&");
  const names = Object.keys(headers)
    .filter((name) => name !== "authorization")
    .sort();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const request = [method, canonicalPath, canonicalQuery, lines, names.join(";"), hash(body)].join("\n");
  const scope = "20150830/ap-southeast-2/arc-zonal-shift/aws4_request";
  const toSign = ["AWS4-HMAC-SHA256", "20150830T123600Z", scope, hash(request)].join("\n");
  const key = scope
    .split("/")
    .reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${credentials.secretAccessKey}`);
  return hmac(key, toSign).toString("hex");
}

async function check(command: ZonalShiftCommand<unknown, unknown>): Promise<string> {
  const { method, target, headers, body } = await sign(command.operation(), signingDate);
  const signature = /Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? "")?.[1];
  assert.equal(signature, expected(method, target, headers, body));
  return target;
}

describe("signing for ARC", () => {
  it("encodes an ARN in the path once on the wire and twice in what is signed", async () => {
    const target = await check(new CancelZonalShiftCommand({ zonalShiftId: balancer }));
    assert.equal(target, `/zonalshifts/${encodeURIComponent(balancer)}`);
    assert.match(target, /arn%3Aaws%3A.*loadbalancer%2Fapp%2Fpublic%2F/);
  });

  it("is right for any resource, query and body", async () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, text, async (one, other) => {
        await check(new CancelZonalShiftCommand({ zonalShiftId: `arn:${one}` }));
        await check(new ListZonalShiftsCommand({ resourceIdentifier: one, nextToken: other, maxResults: 7 }));
        await check(
          new StartZonalShiftCommand({
            resourceIdentifier: one,
            awayFrom: "x",
            expiresIn: "1m",
            comment: other,
          }),
        );
      }),
    );
  });
});
