// Judges the Pulumi program in a folder by Trizone's policy pack: node judge.ts <folder> <stack>. Needs no account, no
// network and no CLI. Ends with 1 where a mandatory policy is violated.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { evaluate, readStackConfig, startPolicyPack } from "trizone/engine";
import { createProvider } from "trizone/local";

const [, , directory = ".", stack = "dev"] = process.argv;

const settings = await readStackConfig(directory, stack, []);
const policies = dirname(fileURLToPath(import.meta.resolve("trizone/policies")));
const starting = startPolicyPack(policies, { ...settings, stack });
try {
  const graph = await evaluate({ ...settings, directory, stack, provider: createProvider() });
  const pack = await starting;
  const violations = await pack.judge(graph);
  for (const { level, policy, message, urn } of violations) {
    console.log(`${level}: ${policy}: ${message}${urn ? ` (${urn.split("::").at(-1)})` : ""}`);
  }
  console.log(`${graph.resources.length} resources, ${violations.length} violations by ${pack.name}`);
  if (violations.some(({ level }) => level === "mandatory")) process.exitCode = 1;
} finally {
  await starting.then(
    (pack) => pack.close(),
    () => undefined,
  );
}
