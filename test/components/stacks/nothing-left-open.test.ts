import assert from "node:assert/strict";
import { Outputs } from "../../../config/index.ts";
import { evaluate, type Graph, readStackConfig, reveal } from "../../../engine/index.ts";
import { createProvider } from "../../../local/provider/index.ts";
import { PROJECT } from "../../program/graphs.ts";

const STANDS_IN = "000000000000";
/** The account of these tests: any other number of an account is one that the program has of its own. */
const ACCOUNT = "735912846103";
const DOMAIN = "trade.broker.com.au";
const ZONE = "Z0735912846103KLMNOPQ";
const CERTIFICATE = `arn:aws:acm:ap-southeast-2:${ACCOUNT}:certificate/5b0d4c1e-7a52-4f0e-9d0c-8a6f1f2b3c4d`;

/** What stands for something that somebody still has to fill in, or is nobody's. */
const PLACEHOLDERS: [what: string, pattern: RegExp][] = [
  ["a name that nobody can own (RFC 2606)", /(?:^|[.@/])example(?:\.(?:com|org|net))?(?=$|[/:\s"),])/i],
  ["a name that is never resolved (RFC 6761)", /\.(?:invalid|test)(?=$|[/:\s"),])/i],
  ["an address of documentation (RFC 5737)", /\b(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d/],
  ["a word for what is missing", /\b(?:placeholder|todo|fixme|tbd|dummy|lorem|x{3,})\b/i],
  [
    "a word for what is to be replaced",
    /change[-_ ]?me|replace[-_ ]?me|\byour[-_]\w|throw-away|<[a-z][\w -]*>/i,
  ],
  ["an id of zeros, or of one digit", /\b0{8}-0{4}|\b(\d)\1{11}\b|\b([0-9a-f])\2{31,}\b/],
  ["the account of AWS's documentation", /\b(?:123456789012|111122223333|444455556666)\b/],
  ["another account", new RegExp(`(?:^|[^0-9])arn:aws:[\\w-]*:[\\w-]*:(?!${ACCOUNT}|aws:)\\d{12}:`)],
  ["a registry of another account", new RegExp(`\\b(?!${ACCOUNT})\\d{12}\\.dkr\\.ecr\\.`)],
];

/** A stack of which there is no file: these settings and no others. */
async function planned(stack: string, settings: Record<string, unknown>): Promise<Graph> {
  const { main, typescript } = await readStackConfig(PROJECT, "prod");
  const config = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      `trizone:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  return evaluate({
    ...{ main, typescript, directory: PROJECT, project: "trizone", stack },
    config: { "aws:region": "ap-southeast-2", ...config },
    provider: ofAccount(createProvider({ refuses: true })),
  });
}

type Provider = ReturnType<typeof createProvider>;

/** AWS's stand-in for the account of these tests. */
function ofAccount(provider: Provider): Provider {
  const moved = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll(STANDS_IN, ACCOUNT)) as T;
  return {
    ...provider,
    create: async (request) => moved(await provider.create(request)),
    read: async (request) => moved(await provider.read(request)),
    invoke: async (token, args) => moved(await provider.invoke(token, args)),
    call: async (token, args) => moved(await provider.call(token, args)),
  };
}

/** Every text of a value, with the way to it. */
function* texts(value: unknown, path: string): Generator<[path: string, text: string]> {
  if (typeof value === "string") yield [path, value];
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    yield [`${path}.${key}`, key];
    yield* texts(item, `${path}.${key}`);
  }
}

const placeholdersIn = (values: Iterable<[path: string, text: string]>) =>
  [...values].flatMap(([path, text]) =>
    PLACEHOLDERS.filter(([, pattern]) => pattern.test(text)).map(
      ([what]) => `${path}: ${what}: ${text.slice(0, 120)}`,
    ),
  );

const MODEL = /^Publish the model of market news/;
const USER = /^Make the first user: aws cognito-idp admin-create-user, with the pool of output userPoolId/;
const CONFIRM = /^Have oncall@broker\.com\.au, risk@broker\.com\.au confirm the subscription/;
const NO_DOMAIN = /^Set trizone:domain and trizone:hostedZoneId .* run pulumi up: .* https:\/\/public-alb-/;

const own = {
  clusterAccess: { cidrs: ["52.64.12.7/32"] },
  alarmEmails: ["oncall@broker.com.au", "risk@broker.com.au"],
  recordsLock: "governance",
};
const STACKS: [what: string, stack: string, settings: Record<string, unknown>, left: RegExp[]][] = [
  ["production without a domain", "prod", own, [NO_DOMAIN, CONFIRM, MODEL, USER]],
  [
    "production with a domain and its zone's id",
    "prod",
    { ...own, domain: DOMAIN, hostedZoneId: ZONE },
    [CONFIRM, MODEL, USER],
  ],
  [
    "production with a domain elsewhere and its certificate",
    "prod",
    { ...own, domain: DOMAIN, certificateArn: CERTIFICATE },
    [/^At the registrar .* point trade\.broker\.com\.au to public-alb-/, CONFIRM, MODEL, USER],
  ],
  [
    "a first stack that has the address of who deploys",
    "dev",
    { clusterAccess: own.clusterAccess },
    [NO_DOMAIN, /^Set trizone:alarmEmails: nobody/, MODEL, USER],
  ],
];

describe("a stack with the settings that the README's page names, and no others", function () {
  this.timeout(240_000);

  for (const [what, stack, settings, left] of STACKS) {
    it(`plans without a placeholder, and says what is left to do: ${what}`, async () => {
      const graph = await planned(stack, settings);
      assert.ok(graph.resources.length > 250, `${graph.resources.length} resources`);
      const found = graph.resources.flatMap(({ type, name, id, inputs, outputs }) =>
        placeholdersIn(texts(reveal({ name, id, inputs, outputs }), type)),
      );
      assert.deepEqual(found, []);
      const outputs = Outputs.strict().parse(reveal(graph.outputs));
      assert.deepEqual(placeholdersIn(texts({ ...outputs, leftToDo: [] }, "outputs")), []);
      assert.ok(JSON.stringify(graph.resources).includes(ACCOUNT));
      const { leftToDo } = outputs;
      assert.equal(leftToDo.length, left.length, leftToDo.join("\n"));
      for (const [index, step] of left.entries()) assert.match(leftToDo[index] ?? "", step);
      assert.deepEqual(placeholdersIn(texts(leftToDo, "leftToDo")), []);
      for (const [, output = ""] of leftToDo.join("\n").matchAll(/\boutput (\w+)/g))
        assert.ok(output in outputs, `there is no output ${output}`);
    });
  }

  it("would be found out by what it would have left open", () => {
    const wrong = [
      "https://trade.example.com/callback",
      "oncall@broker.example",
      "203.0.113.7/32",
      "changeme",
      "TODO: a name",
      "<your domain>",
      "arn:aws:acm:ap-southeast-2:123456789012:certificate/1",
      "arn:aws:iam::602401143452:role/other",
      "602401143452.dkr.ecr.ap-southeast-2.amazonaws.com/pause",
      "00000000-0000-0000-0000-000000000000",
      `sha256:${"a".repeat(64)}`,
    ];
    for (const text of wrong) assert.notDeepEqual(placeholdersIn(texts([text], "")), [], text);
  });
});
