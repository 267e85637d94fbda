import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { DOCUMENTS } from "../../policies/shared/index.ts";
import { PROJECT } from "../program/graphs.ts";

const SDK = `${PROJECT}/node_modules/@pulumi/aws`;

/** How properties that may hold a policy document are called. */
const NAME = /^(\w*[pP]olic(y|ies)(Document|Body|Text|Template)?|content|document)$/;
const TEXT = /Input<(string|[\w.]*PolicyDocument)/;

/** Properties with such a name that hold no IAM document, and what they hold. */
const OTHERS: [reason: string, names: RegExp][] = [
  [
    "a policy's name or one of a few words",
    / (alpn|ssl|tls|security|dnsRecordClientRouting|(excessCapacity)?[tT]ermination|dataDeletion|default|deletePropagation|autoImport|snapshot|newGameSessionProtection|gameServerProtection|webAppEndpoint|userContext)Polic(y|ies)$/,
  ],
  [
    "JSON of another form: scaling, life cycles, delivery, a browser's settings",
    / (autoscaling|lifecycle|archive|delivery|filter|redrive|redriveAllow|replay|notification|browser)Policy$/,
  ],
  ["text for people, or of another program", / content$/],
  [
    "another language: traffic, Cedar, rules of AWS Config, a core network",
    / (document|policyText|basePolicyDocument)$/,
  ],
  ["Cedar, the language of Verified Access", /^aws:verifiedaccess\/\w+:\w+ policyDocument$/],
  ["a core network's segments", /^aws:networkmanager\/\w+:\w+ policyDocument$/],
  [
    "what CloudWatch Logs masks, indexes or forwards",
    /^aws:cloudwatch\/log(Account|DataProtection|Index)Policy:\w+ policyDocument$/,
  ],
  ["which resources an update may touch", /^aws:cloudformation\/stack:Stack policyBody$/],
  ["the actions of a share, which names nobody", /^aws:ram\/permission:Permission policyTemplate$/],
];

/** Properties called `policy` that hold no IAM document. */
const NOT_IAM =
  /^aws:(ecr\/lifecyclePolicy|iot\/policyAttachment|opensearch\/serverless\w+|ses\/receiptFilter|sns\/dataProtectionPolicy):\w+ policy$/;

/** `aws:sqs/queue:Queue policy` for each input of that kind in the SDK. */
function inputs(): string[] {
  const folders = readdirSync(SDK, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) =>
    readdirSync(`${SDK}/${name}`)
      .filter((file) => file.endsWith(".d.ts"))
      .flatMap((file) => inputsOf(`${SDK}/${name}/${file}`)),
  );
}

function inputsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const start = text.lastIndexOf("\nexport interface");
  if (start < 0 || !text.slice(start).split("\n")[1]?.includes("Args ")) return [];
  const found = [...text.slice(start).matchAll(/^ {4}(\w+)\??: (.+);$/gm)].filter(
    ([, name = "", type = ""]) => NAME.test(name) && TEXT.test(type),
  );
  if (found.length === 0) return [];
  const code = readFileSync(file.replace(/\.d\.ts$/, ".js"), "utf8");
  const type = /__pulumiType = '([^']+)'/.exec(code)?.[1];
  return type ? found.map(([, name]) => `${type} ${name}`) : [];
}

describe("the list of policy documents by type", () => {
  const listed = Object.entries(DOCUMENTS).flatMap(([type, paths]) =>
    Object.keys(paths).map((path) => `${type} ${path}`),
  );

  it("has each property of the SDK's types that holds one", () => {
    const found = inputs();
    assert.ok(found.length > 100, `only ${found.length} properties were found`);
    const missing = found.filter((one) => {
      const policy =
        / (policy|accessPolicy|accessPolicies|resourcePolicy|assumeRolePolicy|inlinePolicy)$/.test(one);
      const other = policy ? NOT_IAM.test(one) : OTHERS.some(([, names]) => names.test(one));
      return !listed.includes(one) && !other;
    });
    assert.deepEqual(missing, []);
  });

  it("has none that the SDK doesn't have", () => {
    const known = new Set(inputs());
    const nested = listed.filter((one) => one.includes("[]") || one.split(" ")[1]?.includes("."));
    assert.deepEqual(
      listed.filter((one) => !known.has(one) && !nested.includes(one)),
      [],
    );
  });
});
