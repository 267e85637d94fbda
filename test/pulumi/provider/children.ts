import { createHash } from "node:crypto";
import {
  dereference,
  isObject,
  isUnknown,
  type PropertyMap,
  packageOf,
  RESOURCE,
  SIGNATURE,
  sortKeys,
  UNKNOWN,
} from "../../../engine/graph/index.ts";
import type { Registered, Registrar } from "./registrar.ts";

/**
 * The build that an `awsx.ecr.Image` makes. Left out are the registry's credentials and the cache.
 *
 * The build's URN does not hold the image's own name, so its name must tell the images apart: as awsx does it, it is a
 * digest of what is built.
 */
async function image({ urn, inputs: sent }: Component, child: Child): Promise<void> {
  const { repositoryUrl, context, dockerfile, platform, args }: PropertyMap = dereference(sent);
  const built = createHash("sha1")
    .update(JSON.stringify(sortKeys([context, dockerfile, args])))
    .digest("hex");
  const name = `${built}-container`;
  await child("docker-build:index:Image", name, urn, {
    tags: [isUnknown(repositoryUrl) ? UNKNOWN : `${repositoryUrl}:${name}`],
    context: { location: context },
    dockerfile: { location: dockerfile },
    ...{ buildArgs: args, platforms: [platform], push: true },
  });
}

export interface Component {
  type: string;
  name: string;
  urn: string;
  /** As the engine sent them: with secrets and references to resources. */
  inputs: PropertyMap;
  providers: Record<string, string>;
  registrar: Registrar;
}

export type Child = (type: string, name: string, parent: string, inputs: PropertyMap) => Promise<Registered>;

/**
 * Registers what the real component makes, as far as policies judge it by more than the component's arguments.
 * A component of which no child is registered has unknown outputs in every preview, also when it is there already.
 */
export async function registerChildren(component: Component): Promise<Registered[]> {
  const { providers, registrar } = component;
  const children: Registered[] = [];
  await CHILDREN[component.type]?.(component, async (type, name, parent, inputs) => {
    const provider = providers[packageOf(type)];
    const child = await registrar.register({ type, name, parent, inputs, custom: true, provider });
    children.push(child);
    return child;
  });
  return children;
}

/** Component type -> its children. Left out is all that moves packets or grants rights: gateways, routes, roles' policies. */
const CHILDREN: Record<string, (component: Component, child: Child) => Promise<void>> = {
  "awsx:ec2:Vpc": vpc,
  "awsx:ecr:Image": image,
  "eks:index:Cluster": cluster,
  "eks:index:ManagedNodeGroup": nodeGroup,
};

async function vpc({ name, urn, inputs: sent }: Component, child: Child): Promise<void> {
  const inputs: PropertyMap = dereference(sent);
  const { region, tags, cidrBlock, enableDnsHostnames, enableDnsSupport } = inputs;
  const settings = { region, tags, cidrBlock, enableDnsHostnames, enableDnsSupport };
  const own = await child("aws:ec2/vpc:Vpc", name, urn, settings);
  const specs = list<{ type: string; name?: string; cidrBlocks?: string[]; tags?: object }>(
    inputs.subnetSpecs,
  );
  const subnets = list<string>(inputs.availabilityZoneNames).flatMap((availabilityZone, zone) =>
    specs.map((spec) =>
      child("aws:ec2/subnet:Subnet", `${name}-${spec.name ?? spec.type.toLowerCase()}-${zone + 1}`, own.urn, {
        ...{ region, availabilityZone, vpcId: own.id, cidrBlock: spec.cidrBlocks?.[zone] },
        mapPublicIpOnLaunch: spec.type === "Public",
        tags: { ...(tags as object | undefined), ...spec.tags },
      }),
    ),
  );
  await Promise.all(subnets);
}

async function cluster({ name, urn, inputs: sent }: Component, child: Child): Promise<void> {
  const inputs: PropertyMap = dereference(sent);
  const { name: clusterName, version, enabledClusterLogTypes, tags } = inputs;
  const assumeRolePolicy = trust("eks.amazonaws.com", ["sts:AssumeRole"]);
  const role = await child("aws:iam/role:Role", `${name}-eksRole-role`, urn, { assumeRolePolicy, tags });
  await child("aws:eks/cluster:Cluster", `${name}-eksCluster`, urn, {
    ...{ name: clusterName, version, enabledClusterLogTypes, tags, roleArn: role.outputs.arn ?? UNKNOWN },
    deletionProtection: inputs.deletionProtection,
    encryptionConfig: inputs.encryptionConfigKeyArn && {
      provider: { keyArn: inputs.encryptionConfigKeyArn },
      resources: ["secrets"],
    },
    accessConfig: { authenticationMode: inputs.authenticationMode },
    vpcConfig: {
      subnetIds: joined(inputs.publicSubnetIds, inputs.privateSubnetIds),
      endpointPrivateAccess: inputs.endpointPrivateAccess ?? false,
      endpointPublicAccess: inputs.endpointPublicAccess ?? true,
      publicAccessCidrs: inputs.publicAccessCidrs,
    },
  });
}

async function nodeGroup({ name, urn, inputs, registrar }: Component, child: Child): Promise<void> {
  const [cluster, role] = await Promise.all(
    [inputs.cluster, inputs.nodeRole].map((reference) => state(reference, registrar)),
  );
  const { subnetIds, instanceTypes, diskSize, scalingConfig, launchTemplate, tags } = inputs;
  const made = cluster?.eksCluster;
  await child("aws:eks/nodeGroup:NodeGroup", name, urn, {
    ...{ subnetIds, instanceTypes, diskSize, scalingConfig, launchTemplate, tags },
    clusterName: isObject(made) ? made.name : UNKNOWN,
    nodeRoleArn: role?.arn ?? UNKNOWN,
  });
}

/** The outputs of the resource that an input refers to. */
async function state(reference: unknown, registrar: Registrar): Promise<PropertyMap | undefined> {
  if (!isObject(reference) || reference[SIGNATURE] !== RESOURCE) return undefined;
  return registrar.outputsOf(String(reference.urn));
}

function trust(service: string, actions: string[]): string {
  const statement = { Effect: "Allow", Principal: { Service: service }, Action: actions };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? value : [];
}

/** Both lists in one; unknown when either is. */
function joined(...lists: unknown[]): unknown {
  return lists.some(isUnknown) ? UNKNOWN : lists.flatMap(list);
}
