import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CommandFixture } from "../command-fixture.ts";

const ZONE = "topology.kubernetes.io/zone";
const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
const CLASSES = "/apis/storage.k8s.io/v1/storageclasses";
const METRICS = "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io";
const ISSUER = "/api/v1/namespaces/issuer/services/issuer";

// biome-ignore lint/suspicious/noExplicitAny: a test lays what an API server may answer
type Answers = Record<string, any>;

/** What a cluster answers that has everything that stack `ci` needs. */
const complete = (): Answers => ({
  "/version": { major: "1", minor: "36", gitVersion: "v1.36.3" },
  "/api/v1/nodes": {
    items: ["a", "b", "c"].map((letter) => ({
      metadata: { name: `node-${letter}`, labels: { [ZONE]: `ap-southeast-2${letter}` } },
      spec: {},
      status: { conditions: [{ type: "Ready", status: "True" }] },
    })),
  },
  [CLASSES]: { items: [{ metadata: { name: "standard", annotations: { [DEFAULT_CLASS]: "true" } } }] },
  [METRICS]: { status: { conditions: [{ type: "Available", status: "True" }] } },
  [ISSUER]: { spec: { ports: [{ port: 9100 }] } },
});

/** `kubectl get --raw`, which says of what isn't there and of what it may not read what the real one does. */
const kubectl = (answers: string, log: string) => `
const { appendFileSync, readFileSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(log)}, args.join(" ") + "\\n");
const path = args.at(-1);
const answer = JSON.parse(readFileSync(${JSON.stringify(answers)}, "utf8"))[path];
if (answer === undefined) {
  console.error("Error from server (NotFound): the server could not find the requested resource");
  process.exit(1);
}
if (answer.refused) {
  console.error(answer.refused);
  process.exit(1);
}
console.log(JSON.stringify(answer));
`;

describe("trizone check-cluster", function () {
  this.timeout(120_000);

  /** Runs the command against a cluster that lacks what `change` takes away. */
  async function check(change: (answers: Answers) => void, ...args: string[]) {
    using fixture = new CommandFixture();
    const answers = complete();
    change(answers);
    const log = fixture.file("kubectl.log", "");
    fixture.program("kubectl", kubectl(fixture.file("answers.json", JSON.stringify(answers)), log));
    const ran = await fixture.run(["check-cluster", ...args]);
    return { ...ran, asked: readFileSync(log, "utf8").trim().split("\n") };
  }

  it("ends well where all is there, and names what can't be seen: images and the public address", async () => {
    const { code, stdout, stderr, asked } = await check(() => {}, "--context", "kind-trizone");
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /images of localhost:5001\/trizone\/\*: push them/);
    assert.match(stdout, /http:\/\/127\.0\.0\.1:30080 must lead to the node port/);
    for (const line of asked) assert.match(line, /^--context kind-trizone get --raw \//);
    assert.equal(asked.length, 5);
  });

  const LACKING: [what: string, change: (answers: Answers) => void, said: RegExp][] = [
    [
      "zone labels on its nodes",
      (all) => {
        for (const { metadata } of all["/api/v1/nodes"].items) delete metadata.labels;
      },
      /no node .* is in ap-southeast-2a, ap-southeast-2b, ap-southeast-2c: kubectl label node NODE topology/,
    ],
    [
      "a version that labels pods with their zone",
      (all) => (all["/version"] = { major: "1", minor: "34", gitVersion: "v1.34.2" }),
      /Kubernetes is v1\.34\.2: .* since 1\.35; upgrade/,
    ],
    [
      "a default storage class",
      (all) => delete all[CLASSES].items[0].metadata.annotations,
      /no storage class is the default.*: kubectl annotate storageclass standard .*is-default-class=true/,
    ],
    ["metrics-server", (all) => delete all[METRICS], /nothing is ever scaled: install metrics-server/],
    ["its issuer", (all) => delete all[ISSUER], /no Service issuer in namespace issuer has port 9100/],
  ];
  for (const [what, change, said] of LACKING) {
    it(`fails with one line, and how to mend it, where the cluster lacks ${what}`, async () => {
      const { code, stdout, stderr } = await check(change);
      assert.deepEqual([code, stdout], [1, ""]);
      const lines = stderr.trim().split("\n");
      assert.match(lines[0] ?? "", /the cluster is not ready for stack ci:$/);
      assert.equal(lines.length, 2, stderr);
      assert.match(lines[1] ?? "", said);
    });
  }

  it("names all that is missing at once", async () => {
    const { code, stderr } = await check((all) => {
      for (const [, change] of LACKING) change(all);
    });
    assert.equal(code, 1);
    const lines = stderr.trim().split("\n").slice(1);
    assert.equal(lines.length, LACKING.length, stderr);
    for (const [what, , said] of LACKING)
      assert.ok(
        lines.some((line) => said.test(line)),
        what,
      );
  });

  it("takes what the stack is given for what is missing", async () => {
    const zones = ["a", "b", "d"].map((letter) => `ap-southeast-2${letter}`);
    const { code, stderr } = await check(() => {}, "--set", `trizone:zones=${JSON.stringify(zones)}`);
    assert.equal(code, 1);
    assert.match(stderr, /is in ap-southeast-2d: kubectl label/);
  });

  it("asks an issuer outside the cluster itself", async () => {
    const server = createServer((_, response) => response.end(JSON.stringify({ issuer: "https://other" })));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const set = ["--set", `trizone:issuer=${JSON.stringify({ url, clientId: "c" })}`];
    const { code, stderr } = await check((all) => delete all[ISSUER], ...set);
    assert.equal(code, 1);
    assert.match(stderr, /can't be used \(it calls itself https:\/\/other\)/);
    server.close();
    server.closeAllConnections();
    const gone = await check(() => {}, ...set);
    assert.deepEqual([gone.code, /can't be used \(/.test(gone.stderr)], [1, true]);
  });

  it("says that it could not look, and of nothing that it is missing", async () => {
    const UNREADABLE = [
      'Error from server (Forbidden): nodes is forbidden: User "reader" cannot list resource "nodes"',
      "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?",
    ];
    for (const refused of UNREADABLE) {
      const { code, stdout, stderr } = await check((all) => (all["/api/v1/nodes"] = { refused }));
      assert.deepEqual([code, stdout], [1, ""]);
      assert.ok(stderr.includes(`the cluster can't be read: ${refused}`), stderr);
      assert.doesNotMatch(stderr, /not ready for stack/);
    }
    using fixture = new CommandFixture();
    const without = await fixture.run(["check-cluster"], { env: { PATH: fixture.folder } });
    assert.equal(without.code, 1);
    assert.match(without.stderr, /kubectl is not on the PATH/);
  });

  it("has nothing to look at for a stack that makes its own cluster", async () => {
    const { code, stderr, asked } = await check(() => {}, "--stack", "dev");
    assert.equal(code, 1);
    assert.match(stderr, /stack dev makes its own cluster/);
    assert.deepEqual(asked, [""]);
  });
});
