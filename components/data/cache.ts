import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { REDIS_PORT } from "../../config/index.ts";
import { check, type Transform, transformed } from "../arguments.ts";
import { GeneratedSecret } from "./generated-secret.ts";

export interface CacheAlarmsArgs {
  region: string;
  /** The replication group's id; its nodes are called `<id>-001` and so on. */
  group: pulumi.Input<string>;
  nodes: number;
  topicArn: pulumi.Input<string>;
  tags?: Record<string, string>;
  transform?: { alarm?: Transform<aws.cloudwatch.MetricAlarmArgs> };
}

/** Metric -> most that it may be, and what it means when it is more. */
const RULES = {
  EngineCPUUtilization: [80, "Redis's one thread is busy for more than 80 % of the time"],
  DatabaseMemoryUsagePercentage: [80, "More than 80 % of the memory is taken: Redis begins to forget"],
  ReplicationLag: [1, "A replica is more than a second behind: its readers hear late"],
} as const;

/**
 * Alarms on each node of a cache. A node without metrics is gone, so that missing data rings the alarm of its processor
 * too. Costs 0.10 USD a month for each of three alarms a node.
 *
 * @example new CacheAlarms("cache-alarms", { group: "trizone-prod-cache", nodes: 3, topicArn, region }, { provider })
 */
class CacheAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: CacheAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:CacheAlarms", name, {}, opts);
    const { region, topicArn, tags } = args;
    for (let node = 1; node <= args.nodes; node++) {
      const suffix = String(node).padStart(3, "0");
      for (const [metricName, [threshold, alarmDescription]] of Object.entries(RULES)) {
        const alarm = {
          ...{ region, tags, namespace: "AWS/ElastiCache", metricName, threshold, alarmDescription },
          dimensions: { CacheClusterId: pulumi.interpolate`${args.group}-${suffix}` },
          ...{ statistic: "Average", period: 60, evaluationPeriods: 3 },
          comparisonOperator: "GreaterThanThreshold",
          // The primary has no lag.
          treatMissingData: metricName === "EngineCPUUtilization" ? "breaching" : "notBreaching",
          alarmActions: [topicArn],
          okActions: [topicArn],
        };
        new aws.cloudwatch.MetricAlarm(
          ...transformed(args.transform?.alarm, `${name}-${suffix}-${metricName}`, alarm, { parent: this }),
        );
      }
    }
    this.registerOutputs();
  }
}

export interface CacheArgs {
  region: string;
  /** Names of the availability zones; nodes are laid over them in turn. */
  zones: string[];
  /** Isolated subnets, one a zone. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  securityGroupIds: pulumi.Input<string>[];
  /** E.g. `cache.r7g.large`. @default "cache.t4g.micro" */
  nodeType?: string;
  /** A primary and its replicas, 2 to 6; three put one in each zone. @default 3 */
  nodes?: number;
  /** Of Redis. @default "7.1" */
  version?: string;
  /** When it may restart, UTC. @default "sat:18:00-sat:19:00", Sunday before dawn in Sydney, after the database */
  maintenanceWindow?: string;
  /** KMS key of what it holds and of its token. */
  keyArn: pulumi.Input<string>;
  /** SNS topic of its alarms. */
  alarmTopicArn: pulumi.Input<string>;
  /** Guards against deletion. @default false */
  protect?: boolean;
  tags?: Record<string, string>;
  transform?: {
    subnetGroup?: Transform<aws.elasticache.SubnetGroupArgs>;
    replicationGroup?: Transform<aws.elasticache.ReplicationGroupArgs>;
    alarm?: Transform<aws.cloudwatch.MetricAlarmArgs>;
  };
}

/**
 * Redis, which passes quotes on to all pods at once: a primary and replicas over the zones that fail over by
 * themselves, encrypted on disk and on the wire, reached with a token that Secrets Manager keeps. It holds nothing that
 * can't be lost, so it has no snapshots. Costs its nodes by the hour.
 *
 * @example new Cache("cache", { zones, subnetIds: network.isolatedSubnetIds, keyArn: keys.data, … }, { provider })
 */
export class Cache extends pulumi.ComponentResource {
  /** `host:port` of the primary, wherever it is. */
  readonly endpoint: pulumi.Output<string>;
  /** `rediss://host:port` of the primary, without a user; empty where there is none, as on a laptop. */
  readonly url: pulumi.Output<string>;
  /** `host:port` that spreads over the replicas. */
  readonly readerEndpoint: pulumi.Output<string>;
  /** Id and ARN of the replication group. */
  readonly groupId: pulumi.Output<string>;
  readonly groupArn: pulumi.Output<string>;
  /** ARN of the secret with the keys `username` and `password`. */
  readonly secretArn: pulumi.Output<string>;

  constructor(name: string, args: CacheArgs, opts?: pulumi.ComponentResourceOptions) {
    const { nodes = 3 } = args;
    const id = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
    check(`cache ${name}`, [
      [id.length <= 40, "name", `expected ${id} to have at most 40 characters, ElastiCache's most`],
      [nodes >= 2 && nodes <= 6, "nodes", "expected 2 to 6: a primary and one to five replicas"],
      [new Set(args.zones).size >= 2, "zones", "expected two zones or more to fail over between"],
    ]);
    super("trizone:aws:Cache", name, {}, opts);
    const { region, keyArn, protect, tags, transform } = args;
    const parent = { parent: this };
    const subnets = new aws.elasticache.SubnetGroup(
      ...transformed(
        transform?.subnetGroup,
        `${name}-subnets`,
        { subnetIds: args.subnetIds, region, tags },
        parent,
      ),
    );
    const token = new GeneratedSecret(
      `${name}-token`,
      { region, username: "default", keyArn, protect, tags },
      parent,
    );
    const group = new aws.elasticache.ReplicationGroup(
      ...transformed(
        transform?.replicationGroup,
        `${name}-group`,
        { ...groupArgs(args, id, nodes), subnetGroupName: subnets.name, authToken: token.password },
        { parent: this, protect },
      ),
    );
    new CacheAlarms(
      `${name}-alarms`,
      { region, group: group.id, nodes, topicArn: args.alarmTopicArn, tags, transform },
      parent,
    );
    this.endpoint = pulumi.interpolate`${group.primaryEndpointAddress}:${REDIS_PORT}`;
    this.url = group.primaryEndpointAddress.apply((host) => (host ? `rediss://${host}:${REDIS_PORT}` : ""));
    this.readerEndpoint = pulumi.interpolate`${group.readerEndpointAddress}:${REDIS_PORT}`;
    this.secretArn = token.arn;
    this.groupId = group.id;
    this.groupArn = group.arn;
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

function groupArgs(args: CacheArgs, replicationGroupId: string, nodes: number) {
  const { region, zones, tags } = args;
  return {
    region,
    tags,
    replicationGroupId,
    description: "What all pods must hear at once",
    engine: "redis",
    engineVersion: args.version ?? "7.1",
    nodeType: args.nodeType ?? "cache.t4g.micro",
    port: REDIS_PORT,
    numCacheClusters: nodes,
    preferredCacheClusterAzs: Array.from({ length: nodes }, (_, node) => zones[node % zones.length] ?? ""),
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    atRestEncryptionEnabled: true,
    kmsKeyId: args.keyArn,
    transitEncryptionEnabled: true,
    transitEncryptionMode: "required",
    securityGroupIds: args.securityGroupIds,
    snapshotRetentionLimit: 0,
    maintenanceWindow: args.maintenanceWindow ?? "sat:18:00-sat:19:00",
    autoMinorVersionUpgrade: true,
  } satisfies aws.elasticache.ReplicationGroupArgs;
}
