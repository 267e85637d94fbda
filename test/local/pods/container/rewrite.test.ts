import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { expand, rewriteNames, rewritePaths } from "../../../../local/pods/container/environment.ts";

describe("rewriting a container's texts", () => {
  it("expands $(NAME) as Kubernetes does", () => {
    const variables = { HOST: "db", PORT: "5432", SELF: "$(HOST)" };
    const cases: [string, string][] = [
      ["$(HOST):$(PORT)/x", "db:5432/x"],
      ["$$(HOST)", "$(HOST)"],
      ["$$$(HOST)", "$db"],
      ["$(NONE) $HOST $", "$(NONE) $HOST $"],
      ["$(SELF)", "$(HOST)"],
      ["$(toString)", "$(toString)"],
      ["$(HOST", "$(HOST"],
    ];
    for (const [text, expected] of cases) assert.equal(expand(text, variables), expected);
  });

  it("replaces mount paths only where a path begins and only whole parts of it", () => {
    const mounts = { "/app": "/m/app-1", "/app/data": "/m/data", "/models": "/m/app" };
    const cases: [string, string][] = [
      ["/app/main.js", "/m/app-1/main.js"],
      ["/app", "/m/app-1"],
      ["/application", "/application"],
      ["/app/data/x:/models", "/m/data/x:/m/app"],
      ["--dir=/models", "--dir=/m/app"],
      ["file:///models/bert.onnx", "file:///m/app/bert.onnx"],
      ["http://web:8080/app/x", "http://web:8080/app/x"],
      ["relative/app", "relative/app"],
      ['{"a":"/models"}', '{"a":"/m/app"}'],
    ];
    for (const [text, expected] of cases) assert.equal(rewritePaths(text, mounts), expected);
  });

  it("replaces whole names, the longest first", () => {
    const names = {
      "trading.shop.svc.cluster.local:8080": "127.0.0.1:41000",
      "trading.shop.svc.cluster.local:80": "127.0.0.1:41001",
      "lb.internal": "127.0.0.1:41002",
      "127.0.0.1:543": "127.0.0.1:41003",
    };
    const cases: [string, string][] = [
      ["http://trading.shop.svc.cluster.local:8080/api", "http://127.0.0.1:41000/api"],
      ["http://trading.shop.svc.cluster.local:80/api", "http://127.0.0.1:41001/api"],
      ["http://trading.shop.svc.cluster.local:9090", "http://trading.shop.svc.cluster.local:9090"],
      ["http://day-trading.shop.svc.cluster.local:8080", "http://day-trading.shop.svc.cluster.local:8080"],
      ["http://lb.internal/x http://lb.internal:81", "http://127.0.0.1:41002/x http://lb.internal:81"],
      ["lb.internal.example.com", "lb.internal.example.com"],
      ["It is lb.internal.", "It is 127.0.0.1:41002."],
      [
        "postgresql://127.0.0.1:543/orders?x=127.0.0.1:5433",
        "postgresql://127.0.0.1:41003/orders?x=127.0.0.1:5433",
      ],
    ];
    for (const [text, expected] of cases) assert.equal(rewriteNames(text, names), expected);
  });

  it("leaves any text alone that holds none of the keys, and never replaces twice", () => {
    const word = fc.string({ unit: fc.constantFrom(..."abc/.:-$("), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(word, fc.dictionary(word, word, { maxKeys: 4 }), (text, by) => {
        const held = Object.keys(by).some((key) => text.includes(key));
        if (!held) {
          assert.equal(rewriteNames(text, by), text);
          assert.equal(rewritePaths(text, by), text);
        }
        assert.equal(rewriteNames("key", { key: "other", other: "third" }), "other");
        assert.equal(rewritePaths("/a", { "/a": "/b", "/b": "/c" }), "/b");
      }),
    );
  });
});
