import assert from "node:assert/strict";
import { readConfig } from "../../config/index.ts";

const kubernetes = {
  "aws:region": "ap-southeast-2",
  "trizone:target": "kubernetes",
  "trizone:publicUrl": "http://127.0.0.1:30080",
  "trizone:databasePassword": "throw-away",
  "trizone:database": '{"poolSize":5}',
};
const issuer = (url: string) => ({ "trizone:issuer": JSON.stringify({ url, clientId: "ci" }) });
const read = (more: object) => readConfig({ ...kubernetes, ...more }, "trizone", "ci");

describe("the issuer of a cluster without AWS", () => {
  it("is asked for by its path where there is none", () => {
    assert.throws(
      () => read({}),
      /^ {2}trizone:issuer: missing: target kubernetes has no user pool of its own$/m,
    );
    assert.throws(
      () => read({ "trizone:issuer": '{"clientId":"ci"}' }),
      /trizone:issuer\.url: expected the issuer/,
    );
  });

  it("may be anywhere but in the platform's own namespace, where no pod would reach it", () => {
    for (const url of ["https://issuer.example", "http://issuer.issuer.svc.cluster.local:9100"])
      assert.doesNotThrow(() => read(issuer(url)));
    assert.throws(
      () => read(issuer("http://issuer.trizone.svc.cluster.local:9100")),
      /trizone:issuer\.url: expected an issuer outside namespace trizone/,
    );
    assert.doesNotThrow(() =>
      read({ ...issuer("http://issuer.trizone.svc.cluster.local:9100"), "trizone:namespace": "broker" }),
    );
  });
});
