import type proto from "@pulumi/pulumi/proto/analyzer_pb.js";
import {
  ARCHIVE,
  type Graph,
  isObject,
  type PropertyMap,
  type Resource,
  SIGNATURE,
  type Violation,
} from "../graph/index.ts";
import { fromStruct } from "../grpc/index.ts";
import type { Analyzer, PolicyLevels } from "./analyzer.ts";
import { AnalyzerMessages, levels } from "./analyzer-messages.ts";

/** How many resources may be under judgement: the pack takes one at a time, and the next should be there by then. */
const QUEUES = 4;

/** Has a policy pack judge a graph: each resource that the stack manages by its inputs, then the stack by its outputs. */
export class Judge {
  private readonly analyzer: Analyzer;
  private readonly messages: AnalyzerMessages;
  private readonly remediates: boolean;
  private readonly verdicts = new WeakMap<Resource, Promise<Violation[]>>();
  private readonly queues: Promise<unknown>[] = Array(QUEUES).fill(Promise.resolve());

  constructor(analyzer: Analyzer, policies: PolicyLevels, scope: { project: string; stack: string }) {
    this.analyzer = analyzer;
    this.messages = new AnalyzerMessages(scope);
    this.remediates = [...policies.values()].includes("remediate");
  }

  /** Judges a resource of the graph that is to come; a failure shows when the graph is judged. */
  judgeAhead(resource: Resource): void {
    this.messages.add(resource);
    if (resource.external || this.verdicts.has(resource)) return;
    const verdict = (this.queues.shift() ?? Promise.resolve()).then(() => this.judgeOne(resource));
    this.queues.push(verdict.catch(() => undefined));
    this.verdicts.set(resource, verdict);
  }

  async judge({ resources }: Graph): Promise<Violation[]> {
    for (const resource of resources) this.judgeAhead(resource);
    // Asked for at once: the pack answers in its order, and the other questions are on their way.
    const ofStack = this.analyzer.analyzeStack(this.messages.stack(resources));
    const ofResources = resources.map((resource) => this.verdicts.get(resource) ?? []);
    const [response, ...violations] = await Promise.all([ofStack, ...ofResources]);
    return [...violations.flat(), ...response.getDiagnosticsList().map((found) => violation(found))];
  }

  private async judgeOne(resource: Resource): Promise<Violation[]> {
    const violations: Violation[] = [];
    const { analyzer, messages } = this;
    const request = messages.resource(resource);
    // As in a real run, the verdict is on the inputs that the remediations leave.
    const inputs = this.remediates ? await remediate(resource, request, analyzer, violations) : undefined;
    const response = await analyzer.analyze(inputs ? messages.resource(resource, inputs) : request);
    violations.push(...response.getDiagnosticsList().map((found) => violation(found, resource.urn)));
    return violations;
  }
}

/** The inputs that the pack's remediations leave; undefined where they change none. */
async function remediate(
  resource: Resource,
  request: proto.AnalyzeRequest,
  analyzer: Analyzer,
  violations: Violation[],
): Promise<PropertyMap | undefined> {
  const response = await analyzer.remediate(request);
  let inputs: PropertyMap | undefined;
  for (const remediation of response.getRemediationsList()) {
    const diagnostic = remediation.getDiagnostic();
    const [policy, urn] = [remediation.getPolicyname(), resource.urn];
    // A remediation that could not run is reported as the CLI does: as advice.
    if (diagnostic) violations.push({ policy, level: "advisory", urn, message: diagnostic });
    else violations.push({ policy, level: "remediate", urn, message: remediation.getDescription() });
    const properties = remediation.getProperties();
    if (properties) inputs = restoreArchives(fromStruct(properties), resource.inputs) as PropertyMap;
  }
  return inputs;
}

/** The policy SDK gives an archive back as a list of its files' names, which it can't read itself: keep the original. */
function restoreArchives(value: unknown, original: unknown): unknown {
  if (Array.isArray(value)) {
    const items = Array.isArray(original) ? original : [];
    return value.map((item, index) => restoreArchives(item, items[index]));
  }
  if (!isObject(value)) return value;
  if (value[SIGNATURE] === ARCHIVE && Array.isArray(value.assets)) return original;
  const from = isObject(original) ? original : {};
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, restoreArchives(item, from[key])]),
  );
}

function violation(found: proto.AnalyzeDiagnostic, urn?: string): Violation {
  return {
    policy: found.getPolicyname(),
    level: levels[found.getEnforcementlevel()],
    urn: found.getUrn() || urn,
    message: found.getMessage(),
  };
}
