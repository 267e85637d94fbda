import * as grpc from "@grpc/grpc-js";
import analyzerRpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/analyzer_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import {
  EvaluationError,
  isObject,
  type PropertyMap,
  type Severity,
  type Violation,
} from "../graph/index.ts";
import { channelOptions, fromStruct, toStruct } from "../grpc/index.ts";
import { levels } from "./analyzer-messages.ts";

export interface PolicyPackOptions {
  project: string;
  stack: string;
  /** @default "organization" */
  organization?: string;
  /** The stack's config, `ns:key` -> value. */
  config?: Record<string, string>;
  secretConfigKeys?: string[];
  /** @default false */
  dryRun?: boolean;
  /** Milliseconds that its start may take, and each judgement. @default 30_000 */
  timeoutMs?: number;
  /** Environment variables beside this process's own. */
  env?: Record<string, string>;
  /** Overrides by policy: its level and its own settings. */
  policyConfig?: Record<string, PolicyConfig>;
  onLog?: (severity: Severity, message: string) => void;
  /** Ends the pack at once. */
  signal?: AbortSignal;
}

interface PolicyConfig {
  level?: Violation["level"];
  properties?: PropertyMap;
}

/** Policy -> its level, after overrides. */
export type PolicyLevels = Map<string, Violation["level"]>;

type Method = "analyze" | "analyzeStack" | "remediate" | "configure" | "configureStack" | "getAnalyzerInfo";
type Answer<Response> = (error: grpc.ServiceError | null, response: Response) => void;

/** The `Analyzer` service that a policy pack's process offers. */
export class Analyzer {
  private readonly client: analyzerRpc.AnalyzerClient;
  private readonly timeoutMs: number;

  constructor(address: string, timeoutMs: number) {
    this.client = new analyzerRpc.AnalyzerClient(address, grpc.credentials.createInsecure(), channelOptions);
    this.timeoutMs = timeoutMs;
  }

  /** Tells the pack which stack it judges and with what settings, and learns its policies. */
  async configure(
    options: PolicyPackOptions,
  ): Promise<{ name: string; version: string; policies: PolicyLevels }> {
    const info = await this.call<empty.Empty, proto.AnalyzerInfo>("getAnalyzerInfo", new empty.Empty());
    const request = new proto.ConfigureAnalyzerRequest();
    const policies: PolicyLevels = new Map();
    for (const policy of info.getPoliciesList()) {
      const name = policy.getName();
      const initial = info.getInitialconfigMap().get(name);
      const given = options.policyConfig?.[name];
      const level = given?.level ?? levels[initial?.getEnforcementlevel() ?? policy.getEnforcementlevel()];
      policies.set(name, level);
      const properties = {
        ...defaultsOf(policy),
        ...(given?.properties ?? fromStruct(initial?.getProperties())),
      };
      refuseMissing(policy, properties);
      const config = new proto.PolicyConfig().setEnforcementlevel(levelNumber(level));
      request.getPolicyconfigMap().set(name, config.setProperties(toStruct(properties)));
    }
    this.refuseUnknown(options, policies);
    await this.call("configureStack", stackOf(options));
    await this.call("configure", request);
    return { name: info.getName(), version: info.getVersion(), policies };
  }

  analyze(request: proto.AnalyzeRequest): Promise<proto.AnalyzeResponse> {
    return this.call("analyze", request);
  }

  analyzeStack(request: proto.AnalyzeStackRequest): Promise<proto.AnalyzeResponse> {
    return this.call("analyzeStack", request);
  }

  remediate(request: proto.AnalyzeRequest): Promise<proto.RemediateResponse> {
    return this.call("remediate", request);
  }

  close(): void {
    this.client.close();
  }

  private call<Request, Response>(method: Method, request: Request): Promise<Response> {
    const deadline = Date.now() + this.timeoutMs;
    const send = this.client[method].bind(this.client) as unknown as (
      request: Request,
      metadata: grpc.Metadata,
      options: grpc.CallOptions,
      answer: Answer<Response>,
    ) => void;
    return new Promise((resolve, reject) => {
      send(request, new grpc.Metadata(), { deadline }, (error, response) => {
        if (error) reject(new Error(this.reason(error), { cause: error }));
        else resolve(response);
      });
    });
  }

  private reason(error: grpc.ServiceError): string {
    if (error.code === grpc.status.DEADLINE_EXCEEDED) return `no answer within ${this.timeoutMs / 1000} s`;
    return error.details;
  }

  private refuseUnknown({ policyConfig = {} }: PolicyPackOptions, policies: PolicyLevels): void {
    const unknown = Object.keys(policyConfig).filter((name) => !policies.has(name));
    if (unknown.length === 0) return;
    const known = [...policies.keys()].join(", ");
    throw new EvaluationError(`The policy pack has no policy '${unknown[0]}' to configure: it has ${known}`);
  }
}

/** The defaults of a policy's own settings, from the schema that it declares for them. */
function defaultsOf(policy: proto.PolicyInfo): PropertyMap {
  const schemas = Object.entries(fromStruct(policy.getConfigschema()?.getProperties()));
  const defaults = schemas.flatMap(([key, schema]) =>
    isObject(schema) && schema.default !== undefined ? [[key, schema.default] as const] : [],
  );
  return Object.fromEntries(defaults);
}

function refuseMissing(policy: proto.PolicyInfo, properties: PropertyMap): void {
  const missing = policy
    .getConfigschema()
    ?.getRequiredList()
    .find((key) => properties[key] === undefined);
  if (missing === undefined) return;
  throw new EvaluationError(`The policy '${policy.getName()}' needs a value for its setting '${missing}'`);
}

function levelNumber(level: Violation["level"]): proto.EnforcementLevel {
  const found = Object.entries(levels).find(([, name]) => name === level);
  return Number(found?.[0]) as proto.EnforcementLevel;
}

function stackOf(options: PolicyPackOptions): proto.AnalyzerStackConfigureRequest {
  const request = new proto.AnalyzerStackConfigureRequest()
    .setStack(options.stack)
    .setProject(options.project)
    .setOrganization(options.organization ?? "organization")
    .setDryRun(options.dryRun ?? false)
    .setConfigSecretKeysList(options.secretConfigKeys ?? []);
  for (const [key, value] of Object.entries(options.config ?? {})) request.getConfigMap().set(key, value);
  return request;
}
