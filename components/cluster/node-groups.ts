import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as pulumi from "@pulumi/pulumi";
import { EXCHANGE_TIME_ZONE, OPEN_SCHEDULES } from "../../config/index.ts";
import { check, type Rule, type Transform, transformed } from "../arguments.ts";
import { type NodeTier, TIER_LABEL } from "../workload/index.ts";

export interface NodeTemplateArgs {
  region: string;
  /** GiB of the root volume. @default 50 */
  disk?: number;
  tags?: Record<string, string>;
  transform?: { launchTemplate?: Transform<aws.ec2.LaunchTemplateArgs> };
}

/**
 * How every node is launched: instance metadata by session tokens only and out of pods' reach, its volume encrypted.
 * Free of charge.
 *
 * @example new NodeTemplate("nodes-template", { region, disk: 50, tags }, { provider })
 */
class NodeTemplate extends pulumi.ComponentResource {
  readonly launchTemplate: aws.ec2.LaunchTemplate;

  constructor(name: string, args: NodeTemplateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:NodeTemplate", name, {}, opts);
    const { region, disk = 50, tags } = args;
    this.launchTemplate = new aws.ec2.LaunchTemplate(
      ...transformed(
        args.transform?.launchTemplate,
        `${name}-launch`,
        {
          region,
          updateDefaultVersion: true,
          metadataOptions: {
            httpEndpoint: "enabled",
            httpTokens: "required",
            // One hop ends at the node: a pod, a hop further, can't take the node's role.
            httpPutResponseHopLimit: 1,
          },
          blockDeviceMappings: [
            {
              // The root volume of Amazon Linux 2023.
              deviceName: "/dev/xvda",
              ebs: {
                volumeType: "gp3",
                volumeSize: disk,
                // With the account's own key of EBS: it asks for no grant to the auto scaling service.
                encrypted: "true",
                deleteOnTermination: "true",
              },
            },
          ],
          monitoring: { enabled: true },
          tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
            resourceType,
            tags,
          })),
          tags,
        },
        { parent: this },
      ),
    );
    this.registerOutputs();
  }
}

export interface NodeGroupsArgs {
  cluster: eks.Cluster;
  region: string;
  /** Names of the availability zones. */
  zones: string[];
  /** A private subnet a zone, in the order of `zones`. */
  subnetIds: pulumi.Output<string[]>;
  /** EC2 types of the web and app nodes. @default ["m7i.large"] */
  instanceTypes?: string[];
  /** Nodes in each zone and tier. @default 1 */
  min?: number;
  /** @default 3 */
  max?: number;
  /**
   * Nodes in each zone and tier around the market's open: two zones' shall hold its pods. @default half as many again
   * as `min`, at most `max`
   */
  open?: number;
  /** Spot nodes in each zone at most, on top; 0 makes no such groups. @default 2 */
  burst?: number;
  /** EC2 types of the spot nodes: of several, some are usually available. @default four large ones */
  burstTypes?: string[];
  /** GiB of each node's root volume. @default 50 */
  disk?: number;
  tags?: Record<string, string>;
  transform?: {
    nodeGroup?: Transform<eks.ManagedNodeGroupArgs>;
    schedule?: Transform<aws.autoscaling.ScheduleArgs>;
    launchTemplate?: Transform<aws.ec2.LaunchTemplateArgs>;
  };
}

/** AWS's policies that a node's role must have. */
const NODE_POLICIES = [
  "AmazonEKSWorkerNodePolicy",
  "AmazonEKS_CNI_Policy",
  "AmazonEC2ContainerRegistryPullOnly",
];

/**
 * A managed node group for each zone and tier, so that each scales and fails by itself: `web` for what faces clients,
 * `app` for what faces the database, and `burst`, spot nodes that pods go to only when no other node has room. `web`
 * and `app` have more nodes around the market's open, as new ones would come too late for it. Costs the nodes.
 *
 * @example new NodeGroups("nodes", { cluster, zones, subnetIds: network.privateSubnetIds, … }, { provider })
 */
export class NodeGroups extends pulumi.ComponentResource {
  readonly groups: eks.ManagedNodeGroup[];

  constructor(name: string, args: NodeGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    check(`node groups ${name}`, nodeRules(args));
    super("trizone:aws:NodeGroups", name, {}, opts);
    const { region, disk, tags, transform } = args;
    const role = this.#role(name, tags);
    const template = new NodeTemplate(
      `${name}-template`,
      { region, disk, tags, transform },
      { parent: this },
    );
    const tiers: NodeTier[] = args.burst === 0 ? ["web", "app"] : ["web", "app", "burst"];
    this.groups = tiers.flatMap((tier) =>
      args.zones.map((zone, index) => {
        const group = { ...groupArgs(args, tier, index), ...launched(template), nodeRole: role };
        const made = new eks.ManagedNodeGroup(
          ...transformed(transform?.nodeGroup, `${name}-${tier}-${zone}`, group, { parent: this }),
        );
        if (tier !== "burst") this.#schedule(`${name}-${tier}-${zone}`, made, args);
        return made;
      }),
    );
    this.registerOutputs();
  }

  /** Raises the least number of nodes before the open; the autoscaler takes away what is left empty after it. */
  #schedule(name: string, { nodeGroup }: eks.ManagedNodeGroup, args: NodeGroupsArgs): void {
    const { min = 1, max = 3, open = Math.min(Math.ceil(min * 1.5), max), region, transform } = args;
    const autoscalingGroupName = nodeGroup.apply(({ resources }) =>
      pulumi.output(resources).apply(([own]) => own?.autoscalingGroups?.[0]?.name ?? missingGroup(name)),
    );
    const unchanged = -1;
    for (const [when, minSize] of Object.entries({ open, usual: min })) {
      const schedule = {
        autoscalingGroupName,
        scheduledActionName: when,
        recurrence: OPEN_SCHEDULES[when as keyof typeof OPEN_SCHEDULES],
        timeZone: EXCHANGE_TIME_ZONE,
        ...{ minSize, maxSize: unchanged, desiredCapacity: unchanged, region },
      };
      new aws.autoscaling.Schedule(
        ...transformed(transform?.schedule, `${name}-${when}`, schedule, { parent: this }),
      );
    }
  }

  #role(name: string, tags?: Record<string, string>): aws.iam.Role {
    const trust = aws.iam.assumeRolePolicyForPrincipal({ Service: "ec2.amazonaws.com" });
    const role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy: trust, tags }, { parent: this });
    for (const policy of NODE_POLICIES) {
      const policyArn = `arn:aws:iam::aws:policy/${policy}`;
      const attached = { role: role.name, policyArn };
      new aws.iam.RolePolicyAttachment(`${name}-role-${policy}`, attached, { parent: role });
    }
    return role;
  }
}

/** Rules of the sizes; the cluster checks them too, since it is made before its nodes. */
export function nodeRules(args: Pick<NodeGroupsArgs, "min" | "max" | "open" | "burst" | "zones">): Rule[] {
  const { min = 1, max = 3, open, burst = 2, zones } = args;
  return [
    [min >= 1, "min", "expected at least one node a zone"],
    [max >= min, "max", "expected no less than min"],
    [
      open === undefined || (open >= min && open <= max),
      "open",
      "expected no less than min, and no more than max",
    ],
    [burst >= 0, "burst", "expected 0 or more"],
    [zones.length === 3, "zones", "expected three zones"],
  ];
}

const SPOT_TYPES = ["m7i.large", "m7a.large", "m6i.large", "m6a.large"];

function groupArgs(args: NodeGroupsArgs, tier: NodeTier, zone: number): eks.ManagedNodeGroupArgs {
  const { min = 1, max = 3, burst = 2, cluster, subnetIds, tags } = args;
  const spot = tier === "burst";
  return {
    cluster,
    subnetIds: [subnetIds.apply((ids) => ids[zone] ?? missingSubnet(zone))],
    instanceTypes: spot ? (args.burstTypes ?? SPOT_TYPES) : (args.instanceTypes ?? ["m7i.large"]),
    capacityType: spot ? "SPOT" : "ON_DEMAND",
    operatingSystem: "AL2023",
    scalingConfig: spot
      ? { minSize: 0, maxSize: burst, desiredSize: 0 }
      : { minSize: min, maxSize: max, desiredSize: min },
    // The autoscaler moves the desired size.
    ignoreScalingChanges: true,
    labels: { [TIER_LABEL]: tier },
    // Preferred not to be used, rather than forbidden: whatever finds no room elsewhere may go there.
    taints: spot ? [{ key: TIER_LABEL, value: tier, effect: "PREFER_NO_SCHEDULE" }] : undefined,
    tags: { ...tags, Tier: tier, Zone: args.zones[zone] ?? "" },
  };
}

function launched({ launchTemplate }: NodeTemplate): Partial<eks.ManagedNodeGroupArgs> {
  const version = launchTemplate.latestVersion.apply(String);
  return { launchTemplate: { id: launchTemplate.id, version } };
}

function missingGroup(name: string): never {
  throw new Error(
    `EKS names no auto scaling group of node group ${name}; look at its health issues, then run up again`,
  );
}

function missingSubnet(zone: number): never {
  throw new Error(
    `the network has no private subnet for zone ${zone + 1} of 3; give privateSubnetIds one a zone`,
  );
}
