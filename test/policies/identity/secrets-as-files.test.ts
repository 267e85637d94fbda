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

  const judge = judgeBy("secrets-as-files");
  const pod = (container: object) =>
    resource("kubernetes:core/v1:Pod", { spec: { containers: [{ name: "m", ...container }] } });
  const variable = (name: string, value: unknown) => pod({ env: [{ name, value }] });
  const random = "rk9Aq2Lw7Zx4Vb8N";

  it("finds a secret within a value, by itself or beside its option", async () => {
    const wrong: [object, RegExp][] = [
      [
        variable("DATABASE_DSN", "host=db user=app password=hunter2"),
        /DATABASE_DSN \(it sets password\)|DATABASE_DSN/,
      ],
      [variable("DSN", "Server=db;User Id=sa;Password=hunter2;"), /variable DSN/],
      [variable("DSN", "app:hunter2@tcp(db:3306)/orders"), /a connection string with a password/],
      [variable("JAVA_OPTS", "-Djavax.net.ssl.keyStorePassword=changeit"), /variable JAVA_OPTS/],
      [variable("STRIPE_KEY", `rk_test_${random}`), /variable STRIPE_KEY/],
      [variable("MAPS_KEY", random), /variable MAPS_KEY/],
      [variable("DB_PWD", "hunter2"), /variable DB_PWD/],
      [variable("DB_SECRET", "hunter2"), /variable DB_SECRET/],
      [pod({ args: ["--password", "hunter2"] }), /args\[1\] \(it is the value of --password\)/],
      [pod({ command: ["sh", "-c", "mysql --password hunter2"] }), /command\[2\] \(it sets password\)/],
      [
        pod({ livenessProbe: { exec: { command: ["redis-cli", "-a", "hunter2", "ping"] } } }),
        /livenessProbe\.exec/,
      ],
      [pod({ command: ["/usr/bin/curl", "-u", "me:hunter2", "https://a.example"] }), /command\[2\]/],
    ];
    for (const [subject, reason] of wrong) assert.match((await judge(subject as never)).join(), reason);
  });

  it("leaves alone what names a secret, refers to one, or is none", async () => {
    const right = [
      variable("DB_SECRET", "prod/trizone/db"),
      variable("DB_CREDENTIALS", "web-db-credentials"),
      variable("DB_SECRET", "arn:aws:secretsmanager:ap-southeast-2:111111111111:secret:db-AbCdEf"),
      variable("ENCRYPTION_KEY", "alias/trizone"),
      variable("ROUTING_KEY", "orders.created"),
      variable("TOKEN", "15m"),
      variable("AUTH_TOKEN", "required"),
      variable("VAPID_PUBLIC_KEY", random),
      variable("DATABASE_URL", "postgresql://app:$(DB_PASSWORD)@db:5432/orders"),
      variable("DATABASE_DSN", "host=db user=app passfile=/run/db/pgpass"),
      pod({
        args: ["--token-file", "/run/token", "--secret-name", "web", "--password-stdin", "--user", "app"],
      }),
      pod({ args: ["--password", "$(DB_PASSWORD)"] }),
    ];
    for (const subject of right) assert.deepEqual(await judge(subject), []);
  });

  it("refuses what the program declares a secret, whatever its name", async () => {
    const declared = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      value: "hunter2",
    };
    assert.match(
      (await judge(variable("BACKEND", declared))).join(),
      /BACKEND \(the program declares it a secret\)/,
    );
    const map = resource("kubernetes:core/v1:ConfigMap", { data: { backend: declared } });
    assert.match((await judge(map)).join(), /data\["backend"\] \(the program declares/);
    assert.deepEqual(await judge(variable("BACKEND", "hunter2")), []);
    const kept = { chart: "grafana", version: "8.0.0", values: { adminPassword: declared } };
    assert.deepEqual(await judge(resource("kubernetes:helm.sh/v3:Release", kept)), []);
  });

  it("looks into the environments of functions, builds and machines", async () => {
    const wrong: [string, Record<string, unknown>, RegExp][] = [
      ["lambda/function:Function", { environment: { variables: { DB_PASSWORD: "hunter2" } } }, /DB_PASSWORD/],
      [
        "codebuild/project:Project",
        { environment: { environmentVariables: [{ name: "NPM_TOKEN", value: "hunter2" }] } },
        /NPM_TOKEN/,
      ],
      [
        "ssm/parameter:Parameter",
        { type: "String", name: "/orders/db-password", value: "hunter2" },
        /SecureString/,
      ],
      ["glue/job:Job", { defaultArguments: { "--db_password": "hunter2" } }, /db_password/],
      ["sagemaker/model:Model", { containers: [{ environment: { API_KEY: "hunter2" } }] }, /API_KEY/],
      [
        "ec2/instance:Instance",
        { userData: "#!/bin/sh\nexport DB_PASSWORD=hunter2\n" },
        /userData \(it sets/,
      ],
      [
        "ec2/launchTemplate:LaunchTemplate",
        { userData: Buffer.from("export DB_PASSWORD=hunter2\n").toString("base64") },
        /userData \(it sets/,
      ],
      [
        "batch/jobDefinition:JobDefinition",
        {
          containerProperties: JSON.stringify({
            image: "x:1",
            environment: [{ name: "DB_PASSWORD", value: "x1" }],
          }),
        },
        /DB_PASSWORD/,
      ],
    ];
    for (const [type, inputs, reason] of wrong) {
      assert.match((await judge(resource(`aws:${type}`, inputs))).join(), reason);
    }
    const kept = { name: "NPM_TOKEN", value: "build/npm", type: "SECRETS_MANAGER" };
    const right = resource("aws:codebuild/project:Project", {
      environment: { environmentVariables: [kept] },
    });
    assert.deepEqual(await judge(right), []);
    const named = {
      environment: { variables: { DB_SECRET_ARN: "arn:aws:secretsmanager:x", TOKEN_TTL: "300" } },
    };
    assert.deepEqual(await judge(resource("aws:lambda/function:Function", named)), []);
  });
});
