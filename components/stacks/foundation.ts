import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Config, databaseClients, Foundation, Outputs, SERVICES } from "../../config/index.ts";
import { builtImages } from "../workload/index.ts";
import { awsProvider, guardedOnAws } from "./aws/index.ts";
import { missingKey, type Platform, stackOutputs } from "./platform.ts";

type Key = keyof Outputs;

/**
 * The platform of the foundation's stack, as its outputs describe it to the applications' stack. Nothing of the
 * network, the balancers, the data or the roles can be changed from here.
 */
export function foundationPlatform(config: Config): Platform {
  const { foundation: name, region } = config;
  if (!name) throw missingKey("foundation", "layer applications");
  const stack = new pulumi.StackReference("foundation", { name });
  const foundation = stack.requireOutput("foundation").apply((value) => parse(value, name));
  const { kubeconfig, clusterIdentifier, namespace, registry, apiUrl, signInOrigin } = foundation;
  const { allowedConnections, apiCertificate, certificateIssuer, database, cache, personalDataKey } =
    foundation;
  const { rotation, traces } = foundation;
  const { provider } = awsProvider(region);
  const keys = Outputs.keyof().options;
  const same = Object.fromEntries(keys.map((key) => [key, stack.requireOutput(key)])) as Record<
    Key,
    pulumi.Output<unknown>
  >;
  const logins = databaseClients(SERVICES).map((service) => {
    const volume = database.services.apply((all) => loginOf(service, all, name));
    return [service, { csi: volume.csi }] as const;
  });
  return {
    kubernetes: new k8s.Provider("kubernetes", { kubeconfig, clusterIdentifier }),
    namespace,
    image: builtImages(config, registry, provider),
    allowedConnections,
    certificateIssuer,
    apiUrl,
    apiCertificate,
    issuer: stack.requireOutput("issuer") as pulumi.Output<string>,
    clientId: stack.requireOutput("clientId") as pulumi.Output<string>,
    signInOrigin,
    database: {
      url: database.url,
      owner: { csi: database.owner.csi },
      services: Object.fromEntries(logins),
      after: [],
    },
    cache: { url: cache.url, credentials: { csi: cache.credentials.csi } },
    traces,
    rotation,
    models: { url: pulumi.interpolate`s3://${stack.requireOutput("modelBucket")}`, region },
    personalDataKey: { url: personalDataKey, mounts: [] },
    guarded: guardedOnAws(config, same),
    outputs: stackOutputs(Outputs, { ...same, stack: pulumi.getStack() }),
  };
}

function parse(value: unknown, stack: string): Foundation {
  const parsed = Foundation.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(
    `output "foundation" of stack ${stack} is not what this program needs; update that stack first: ${parsed.error.message}`,
  );
}

function loginOf<Login>(service: string, logins: Record<string, Login>, stack: string): Login {
  const found = logins[service];
  if (found) return found;
  throw new Error(`stack ${stack} has no login for ${service}; update that stack first`);
}
