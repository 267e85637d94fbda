/** The laptop's AWS and Kubernetes provider plugins: what they answer when the program declares a resource or calls a function. */
import type { CreateRequest, CreateResult, PropertyMap, Provider } from "../../engine/index.ts";
import { ownArns } from "./arns.ts";
import { clusters, helmRelease, kubernetesObject } from "./cluster.ts";
import { databases } from "./databases.ts";
import { invokes } from "./invokes.ts";
import { type AddressBook, type Answer, autoName, byName, type Context, derived, text } from "./naming.ts";
import { loadBalancing, network } from "./network.ts";
import { identity, operations } from "./operations.ts";
import { storage } from "./storage.ts";

const ANSWERS: Record<string, Answer> = {
  ...loadBalancing,
  ...databases,
  ...identity,
  ...network,
  ...clusters,
  ...storage,
  ...operations,
  ...ownArns,
};

const ON_AWS = /^(aws|awsx|eks):/;

/** The tables of rules, which a program without AWS never loads. */
const rules = () => import("./rules/index.ts");

/**
 * Stands in for the AWS and Kubernetes provider plugins: ids, ARNs and names as they answer them, always the same for
 * the same URN. With `refuses` it refuses what AWS documents that it refuses (`rules/`); a sketch of a program, with bare
 * words for names and ids, can be judged without. With `addresses`, what has an address on AWS gets one of this machine's,
 * with its scheme, and nothing is refused: those are no addresses that AWS would take.
 * Leaves out everything that only the cloud knows: quotas, other refusals, delays, attributes that no program here reads.
 */
export function createProvider(options: { addresses?: AddressBook; refuses?: boolean } = {}): Provider {
  // A request doesn't show its provider; what has no `region` of its own (`eks.Cluster`) is where the rest began.
  let first: string | undefined;
  const context = (inputs: PropertyMap): Context => {
    const region = text(inputs, "region");
    first ??= region;
    return { region: region ?? first ?? "", addresses: options.addresses };
  };

  async function create(request: CreateRequest): Promise<CreateResult> {
    return finish(request, await answer(request, context(request.inputs)));
  }

  return {
    check: async (request) => {
      const { refuses, addresses } = options;
      if (refuses && !addresses && ON_AWS.test(request.type)) (await rules()).refuse(request);
    },
    create,
    read: async ({ id }) => ({ id }),
    invoke: async (token, args) => {
      const known = invokes[token];
      if (!known)
        throw new Error(
          `no answer to the provider function ${token} is known here; add it to local/provider/invokes.ts`,
        );
      return known(args, context(args));
    },
    call: async (token) => {
      throw new Error(`no answer to the method ${token} is known here; local/provider answers none`);
    },
  };
}

async function answer(request: CreateRequest, context: Context): Promise<CreateResult> {
  const known = ANSWERS[request.type];
  if (known) return known(request, context);
  if (request.type === "kubernetes:helm.sh/v3:Release") return helmRelease(request, context);
  if (request.remote) return {};
  if (request.type.startsWith("kubernetes:")) return kubernetesObject(request);
  if (request.type.startsWith("tls:")) return selfSigned(request);
  if (request.type.startsWith("aws:")) return anyAws(request, context);
  return { id: autoName(request.urn, request.name) };
}

/** A key or a certificate of the TLS provider: text that stands for it, as nobody here serves TLS. */
function selfSigned({ urn, type }: CreateRequest): CreateResult {
  const pem = `${type} ${derived(urn, 32)}`;
  return {
    id: derived(urn, 40),
    outputs: type.endsWith(":PrivateKey") ? { privateKeyPem: pem } : { certPem: pem },
  };
}

/** What the AWS provider adds to every resource that has tags. */
function finish({ type, inputs }: CreateRequest, result: CreateResult): CreateResult {
  if (!type.startsWith("aws:") || !inputs.tags) return result;
  return { ...result, outputs: { tagsAll: inputs.tags, ...result.outputs } };
}

/** `securityGroupRule` -> `security-group-rule`. */
const kebab = (word: string) => word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * For AWS types without an answer of their own: a name made up like the provider's, an id of that name, and an ARN in
 * the usual form. Leaves out what else AWS computes, so that a program that reads it gets nothing.
 */
function anyAws(request: CreateRequest, context: Context) {
  const [service = "", resource = ""] = (request.type.split(":")[1] ?? "").split("/");
  return byName(service, `${kebab(resource)}/`)(request, context);
}
