import { IDENTIFIER } from "./databases.ts";
import { between, characters, ec2Id, items, KEY_ARN, matches, numbers, oneOf, type Table } from "./rule.ts";
import { apart, dailyWindow, weeklyWindow } from "./windows.ts";

const API = "Amazon ElastiCache API Reference 2015-02-02";

const lower = (logical: string) => logical.toLowerCase();

export const caches: Table = {
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    source: `${API}, CreateReplicationGroup`,
    automatic: { property: "replicationGroupId", of: lower },
    secret: ["authToken"],
    properties: {
      replicationGroupId: [characters(1, 40), ...IDENTIFIER],
      description: characters(1, 255),
      engine: oneOf("redis", "valkey"),
      engineVersion: matches(/^\d+\.(\d+(\.\d+)?|x)$/, "a version such as 7.1"),
      nodeType: matches(/^cache\.[a-z0-9-]+\.[a-z0-9]+$/, "a type such as cache.t4g.small"),
      numCacheClusters: between(1, 6),
      replicasPerNodeGroup: between(0, 5),
      port: between(1, 65535),
      authToken: [characters(16, 128), matches(/^[^@"/\s]*$/, 'no @, ", / or space')],
      maintenanceWindow: weeklyWindow(60),
      snapshotWindow: dailyWindow(60),
      snapshotRetentionLimit: between(0, 35),
      transitEncryptionMode: oneOf("preferred", "required"),
      kmsKeyId: KEY_ARN,
      "securityGroupIds[]": ec2Id("sg"),
      "preferredCacheClusterAzs[]": matches(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "a zone such as ap-southeast-2a"),
      logDeliveryConfigurations: items(0, 2),
    },
    together: [
      {
        path: "numCacheClusters",
        expects: "at least 2 for automatic failover",
        holds: (inputs) =>
          inputs.automaticFailoverEnabled !== true || (numbers(inputs, "numCacheClusters")?.[0] ?? 2) >= 2,
      },
      {
        path: "multiAzEnabled",
        expects: "automaticFailoverEnabled beside it",
        holds: ({ multiAzEnabled, automaticFailoverEnabled }) =>
          multiAzEnabled !== true || (automaticFailoverEnabled ?? false) !== false,
      },
      {
        path: "transitEncryptionEnabled",
        expects: "true beside an authToken",
        holds: ({ authToken, transitEncryptionEnabled }) =>
          authToken === undefined || (transitEncryptionEnabled ?? false) !== false,
      },
      {
        path: "preferredCacheClusterAzs",
        expects: "a zone for each of numCacheClusters",
        holds: ({ preferredCacheClusterAzs: zones, numCacheClusters }) =>
          !Array.isArray(zones) || typeof numCacheClusters !== "number" || zones.length === numCacheClusters,
      },
      apart("snapshotWindow", "maintenanceWindow"),
    ],
  },
  "aws:elasticache/subnetGroup:SubnetGroup": {
    source: `${API}, CreateCacheSubnetGroup`,
    automatic: { property: "name", of: lower },
    properties: {
      name: [characters(1, 255), matches(/^[a-zA-Z0-9-]*$/, "letters, digits and hyphens")],
      description: characters(0, 255),
      "subnetIds[]": ec2Id("subnet"),
    },
  },
};
