import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { evaluate, type PolicyPack, startPolicyPack, type Violation } from "../../engine/index.ts";
import { createProvider } from "../../local/provider/index.ts";
import { PROJECT } from "../program/graphs.ts";

/** How many programs are evaluated at once: each has a process of its own. */
const AT_ONCE = 2;

/** What the stacks of other teams export, by stack. */
const OTHERS = { "organization/network/prod": { vpcId: "vpc-0123456789abcdef0" } };

const directoryOf = (folder: string) => `${PROJECT}/test/policies/${folder}`;
const config = { "aws:region": "ap-southeast-2" };

interface Program {
  folder: string;
  file: string;
  stack: string;
  /** Whether its policy, or `*` for any, is to refuse it. */
  isRefused: boolean;
  policy: string;
}

/** A program whose first line is a comment, `refuse <policy> | why` or `accept <policy> | why`; others are accepted by all. */
function programs(folder: string): Program[] {
  return readdirSync(directoryOf(folder)).map((file) => {
    const [first = ""] = readFileSync(`${directoryOf(folder)}/${file}`, "utf8").split("\n");
    const [, verb = "accept", policy = "*"] = /^\/\/ (refuse|accept) (\S+) \|/.exec(first) ?? [];
    const stack = /\| stack=(\S+)/.exec(first)?.[1] ?? "prod";
    return { folder, file, stack, isRefused: verb === "refuse", policy };
  });
}

describe("programs of other teams", function () {
  this.timeout(120_000);
  const packs = new Map<string, Promise<PolicyPack>>();
  const packOf = (stack: string) => {
    const pack =
      packs.get(stack) ?? startPolicyPack(directoryOf("../../policies"), { project: "bank", stack, config });
    packs.set(stack, pack);
    return pack;
  };
  after(async () => {
    // One that didn't start has failed the tests of its programs.
    for (const pack of packs.values()) await pack.then((started) => started.close()).catch(() => undefined);
  });

  const all = [...programs("programs"), ...programs("cases")];
  const judged = new Map<Program, Promise<Violation[]>>();
  let free: Promise<unknown>[] = Array(AT_ONCE).fill(Promise.resolve());

  /** Judges a program once one of the two before it is done. */
  function judge(program: Program): Promise<Violation[]> {
    const [slot = Promise.resolve(), ...others] = free;
    const verdict = slot.then(() => violationsOf(program));
    free = [...others, verdict.catch(() => undefined)];
    return verdict;
  }

  async function violationsOf({ folder, file, stack }: Program): Promise<Violation[]> {
    const graph = await evaluate({
      ...{ directory: directoryOf(folder), main: file, project: "bank", stack, config },
      provider: createProvider(),
      stackReferences: OTHERS,
    });
    return (await packOf(stack)).judge(graph);
  }

  before(() => {
    for (const program of all) {
      const verdict = judge(program);
      // A failure is the test's of that program.
      verdict.catch(() => undefined);
      judged.set(program, verdict);
    }
  });

  for (const program of all) {
    const { folder, file, isRefused, policy } = program;
    it(`${folder}/${file} is ${isRefused ? "refused" : "accepted"} by ${policy === "*" ? "all" : policy}`, async () => {
      const violations = (await judged.get(program)) ?? [];
      const own = violations.filter((one) => policy === "*" || one.policy === policy);
      const messages = own.map(({ policy: by, message }) => `${by}: ${message}`);
      if (isRefused) assert.notDeepEqual(messages, []);
      else assert.deepEqual(messages, []);
    });
  }
});
