import assert from "node:assert/strict";
import { isLoopback, namespaceOf, withScheme } from "../../config/allowed-connections.ts";

describe("addresses", () => {
  it("gives a scheme to a bare name and leaves an address its own", () => {
    assert.equal(withScheme("a.example", "https"), "https://a.example");
    assert.equal(withScheme("http://127.0.0.1:9100", "https"), "http://127.0.0.1:9100");
  });

  it("knows this machine", () => {
    for (const host of ["127.0.0.1", "127.8.9.1", "localhost", "::1"]) assert.ok(isLoopback(host), host);
    for (const host of ["127.evil.example", "10.0.0.1", "db.example"]) assert.ok(!isLoopback(host), host);
  });

  it("finds the namespace of a Service by its host", () => {
    assert.equal(namespaceOf("a.b.svc.cluster.local"), "b");
    assert.equal(namespaceOf("a.b.svc"), "b");
    for (const host of ["b.svc.cluster.local", "a.b.example", "a.b.svc.example", "localhost"])
      assert.equal(namespaceOf(host), undefined);
  });
});
