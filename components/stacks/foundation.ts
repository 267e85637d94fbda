import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { databaseClients } from "../../config/data-clients.ts";
import { Foundation, Outputs } from "../../config/outputs.ts";
import { type Config, SERVICES } from "../../config/stack-config.ts";
import type { CredentialsVolume } from "../data/database-access.ts";
import { awsTags } from "../governance/aws-tags.ts";
import { builtImages } from "../workload/images.ts";
import type { Platform } from "./platform.ts";
import { stackOutputs } from "./stack-outputs.ts";

type Key = keyof Outputs;

/**
 * The platform as the applications' stack sees it: what the foundation's stack says of itself. Nothing of the
 * network, the balancers, the data or who may read it can be changed from here.
 */
export function onFoundation(config: Config): Platform {
  const { foundation: name, region } = config;
  if (!name) throw new Error("readConfig lets no such config through");
  const stack = new pulumi.StackReference("foundation", { name });
  const said = stack.requireOutput("foundation").apply((value) => {
    const parsed = Foundation.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new Error(
      `output "foundation" of stack ${name} is not what this program needs; update that stack first: ${parsed.error.message}`,
    );
  });
  const { kubeconfig, clusterIdentifier, namespace, registry, apiUrl, arrows, signInOrigin } = said;
  const provider = new aws.Provider("aws", { region, defaultTags: { tags: awsTags() } });
  const keys = Outputs.keyof().options;
  const same = Object.fromEntries(keys.map((key) => [key, stack.requireOutput(key)])) as Record<Key, unknown>;
  return {
    kubernetes: new k8s.Provider("kubernetes", { kubeconfig, clusterIdentifier }),
    namespace,
    image: builtImages(config, registry, provider),
    arrows,
    apiUrl,
    issuer: stack.requireOutput("issuer") as pulumi.Output<string>,
    clientId: stack.requireOutput("clientId") as pulumi.Output<string>,
    signInOrigin,
    database: {
      url: said.database.url,
      owner: source(said.database.owner),
      services: Object.fromEntries(
        databaseClients(SERVICES).map((service) => [
          service,
          source(said.database.services.apply((all) => login(all, service, name))),
        ]),
      ),
      after: [],
    },
    cache: { url: said.cache.url, credentials: source(said.cache.credentials) },
    personalDataKey: { url: said.personalDataKey, mounts: [] },
    outputs: stackOutputs(Outputs, { ...same, stack: pulumi.getStack() }),
  };
}

type Csi = Foundation["cache"]["credentials"];

function source(volume: pulumi.Output<Csi>): CredentialsVolume {
  return { csi: volume.csi };
}

function login(all: Record<string, Csi>, service: string, stack: string): Csi {
  const found = all[service];
  if (found) return found;
  throw new Error(`stack ${stack} has no login for ${service}; update that stack first`);
}
