import assert from "node:assert/strict";
import { changed, holds, judgeBy, resource } from "../pack.ts";
import { DEPLOYMENT, deployment, everywhere } from "../workloads.ts";

describe("policy secrets-as-files", () => {
  everywhere("secrets-as-files", [
    ["env", [{ name: "DB_PASSWORD", value: "hunter2hunter2" }], /DB_PASSWORD \(its name is a secret's\)/],
    [
      "env",
      [{ name: "X", value: "postgresql://me:hunter2@db/x" }],
      /variable X \(its value is a URL with a pass/,
    ],
    ["env", [{ name: "X", value: "AKIAIOSFODNN7EXAMPLE" }], /an AWS access key/],
    ["env", [{ name: "X", value: "-----BEGIN RSA PRIVATE KEY-----\nMII" }], /a private key/],
    [
      "env",
      [{ name: "X", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }],
      /variable X from a Secret/,
    ],
    ["envFrom", [{ secretRef: { name: "s" } }], /environment variables from a Secret/],
    ["args", ["--admin-password=hunter2"], /args\[0\] \(it sets admin-password\)/],
  ]);
  holds(
    "secrets-as-files",
    "kubernetes:core/v1:ConfigMap",
    {
      data: {
        "app.yaml":
          "url: https://db.example\npassword_file: /run/password\ntokenTtl: 300\npassword: $FROM_FILE\n",
        "dashboard.json": '{"title":"Tokens per second","token":"$token"}',
      },
    },
    [
      ["data.password", "hunter2hunter2", /data\["password"\] \(its name is a secret's\)/],
      ["data", { "app.yaml": "db:\n  password: hunter2\n" }, /data\["app\.yaml"\] \(it sets password\)/],
      ["data", { "app.json": '{"apiKey": "abc123def"}' }, /it sets apiKey/],
      ["data", { key: "-----BEGIN PRIVATE KEY-----" }, /a private key/],
    ],
  );
  const release = {
    chart: "aws-load-balancer-controller",
    version: "1.13.4",
    values: { admin: { existingSecret: "grafana-admin" } },
  };
  holds("secrets-as-files", "kubernetes:helm.sh/v3:Release", release, [
    ["values.url", "redis://:hunter2@cache:6379", /values\.url \(its value is a URL with a password\)/],
  ]);

  it("never repeats a secret", async () => {
    const shown = changed(deployment, "spec.template.spec.containers.0.env", [
      { name: "API_KEY", value: "s3cr3t-v4lue" },
    ]);
    assert.doesNotMatch((await judgeBy("secrets-as-files")(resource(DEPLOYMENT, shown))).join(), /s3cr3t/);
  });
});
