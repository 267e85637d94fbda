import {
  arnOf,
  ascending,
  atLeast,
  between,
  CIDR,
  characters,
  document,
  KEY_ARN,
  matches,
  oneOf,
  type Rule,
  type Table,
} from "./rule.ts";

const API = "Amazon EKS API Reference 2017-11-01";

const CLUSTER_NAME: Rule[] = [
  characters(1, 100),
  matches(
    /^[0-9A-Za-z][A-Za-z0-9\-_]*$/,
    "letters, digits, hyphens and underscores, the first a letter or digit",
  ),
];

/** A label of DNS (RFC 1123), as namespaces and service accounts are named. */
const LABEL: Rule[] = [
  characters(1, 63),
  matches(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "a DNS label (RFC 1123)"),
];

const LOG_TYPES = oneOf("api", "audit", "authenticator", "controllerManager", "scheduler");

const CRON = matches(/^(@\w+|(\S+\s+){4}\S+)$/, "a cron expression of five fields, such as 30 9 * * 1-5");

export const clusters: Table = {
  "eks:index:Cluster": {
    source: `${API}, CreateCluster; pulumi-eks, Cluster`,
    automatic: { property: "name", of: (logical) => `${logical}-eksCluster` },
    properties: {
      name: CLUSTER_NAME,
      version: matches(/^1\.\d\d$/, "a minor version such as 1.33"),
      authenticationMode: oneOf("CONFIG_MAP", "API_AND_CONFIG_MAP", "API"),
      "enabledClusterLogTypes[]": LOG_TYPES,
      encryptionConfigKeyArn: KEY_ARN,
      "publicAccessCidrs[]": CIDR,
      kubernetesServiceIpAddressRange: CIDR,
      ipFamily: oneOf("ipv4", "ipv6"),
      "accessEntries.*.principalArn": arnOf("iam", "(role|user)/"),
      "accessEntries.*.type": oneOf(
        ...["STANDARD", "FARGATE_LINUX", "EC2_LINUX", "EC2_WINDOWS", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX"],
      ),
    },
    together: [
      {
        path: "endpointPrivateAccess",
        expects: "a public or a private endpoint",
        holds: ({ endpointPublicAccess = true, endpointPrivateAccess = false }) =>
          endpointPublicAccess !== false || endpointPrivateAccess !== false,
      },
      {
        path: "name",
        expects:
          "a resource name of at most 43 characters: the cluster's IAM role is named <it>-eksRole-role-<7 digits>",
        holds: ({ serviceRole }, logicalName) => serviceRole !== undefined || logicalName.length <= 43,
      },
    ],
  },
  "aws:eks/cluster:Cluster": {
    source: `${API}, CreateCluster`,
    automatic: { property: "name" },
    properties: {
      name: CLUSTER_NAME,
      roleArn: arnOf("iam", "role/"),
      version: matches(/^1\.\d\d$/, "a minor version such as 1.33"),
      "enabledClusterLogTypes[]": LOG_TYPES,
      "accessConfig.authenticationMode": oneOf("CONFIG_MAP", "API_AND_CONFIG_MAP", "API"),
      "upgradePolicy.supportType": oneOf("STANDARD", "EXTENDED"),
      "vpcConfig.publicAccessCidrs[]": CIDR,
    },
  },
  "eks:index:ManagedNodeGroup": {
    source: `${API}, CreateNodegroup; pulumi-eks, ManagedNodeGroup`,
    automatic: { property: "nodeGroupName" },
    properties: {
      nodeGroupName: [
        characters(1, 63),
        matches(/^[0-9A-Za-z][A-Za-z0-9\-_]*$/, "letters, digits, hyphens and underscores"),
      ],
      capacityType: oneOf("ON_DEMAND", "SPOT", "CAPACITY_BLOCK"),
      operatingSystem: oneOf("AL2", "AL2023", "Bottlerocket", "RECOMMENDED"),
      "instanceTypes[]": matches(/^[a-z0-9-]+\.[a-z0-9-]+$/, "an instance type such as m7i.large"),
      diskSize: between(1, 65536),
      "scalingConfig.minSize": atLeast(0),
      "scalingConfig.desiredSize": atLeast(0),
      "scalingConfig.maxSize": atLeast(1),
      "taints[].effect": oneOf("NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"),
      "taints[].key": characters(1, 317),
      "taints[].value": characters(0, 63),
      "labels.*": [
        characters(0, 63),
        matches(/^([A-Za-z0-9]([\w.-]*[A-Za-z0-9])?)?$/, "a Kubernetes label's value"),
      ],
      "updateConfig.maxUnavailable": between(1, 100),
      "updateConfig.maxUnavailablePercentage": between(1, 100),
    },
    together: [
      ascending(
        "scalingConfig.desiredSize",
        ...["scalingConfig.minSize", "scalingConfig.desiredSize", "scalingConfig.maxSize"],
      ),
    ],
  },
  "aws:eks/addon:Addon": {
    source: `${API}, CreateAddon and UpdateAddon`,
    properties: {
      addonName: matches(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/, "an add-on's name such as coredns"),
      addonVersion: matches(/^v\d+\.\d+\.\d+-\S+$/, "a version such as v1.11.4-eksbuild.2"),
      clusterName: CLUSTER_NAME,
      resolveConflictsOnCreate: oneOf("NONE", "OVERWRITE"),
      resolveConflictsOnUpdate: oneOf("NONE", "OVERWRITE", "PRESERVE"),
      configurationValues: document(100_000),
      serviceAccountRoleArn: arnOf("iam", "role/"),
    },
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    source: `${API}, CreatePodIdentityAssociation`,
    properties: {
      clusterName: CLUSTER_NAME,
      namespace: LABEL,
      serviceAccount: [
        characters(1, 253),
        matches(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "a DNS name (RFC 1123)"),
      ],
      roleArn: arnOf("iam", "role/"),
    },
  },
  "aws:autoscaling/schedule:Schedule": {
    source: "Amazon EC2 Auto Scaling API Reference 2011-01-01, PutScheduledUpdateGroupAction",
    properties: {
      scheduledActionName: characters(1, 255),
      autoscalingGroupName: characters(1, 255),
      recurrence: [characters(1, 255), CRON],
      timeZone: matches(/^[A-Za-z_]+(\/[A-Za-z_+\-0-9]+)*$/, "a time zone such as Australia/Sydney"),
      minSize: atLeast(-1),
      desiredCapacity: atLeast(-1),
      maxSize: atLeast(-1),
    },
    together: [
      {
        path: "desiredCapacity",
        expects: "minSize <= desiredCapacity <= maxSize, where -1 leaves one as it is",
        holds: ({ minSize, desiredCapacity, maxSize }) => {
          const set = [minSize, desiredCapacity, maxSize].filter(
            (size) => typeof size === "number" && size >= 0,
          );
          return set.every((size, index) => index === 0 || Number(size) >= Number(set[index - 1]));
        },
      },
    ],
  },
  "aws:ecr/repository:Repository": {
    source: "Amazon ECR API Reference 2015-09-21, CreateRepository",
    automatic: { property: "name", of: (logical) => logical.toLowerCase() },
    properties: {
      name: [
        characters(2, 256),
        matches(
          /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/,
          "lower-case letters and digits, with single separators ._- between them, in parts divided by /",
        ),
      ],
      imageTagMutability: oneOf(
        ...["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"],
      ),
      "encryptionConfigurations[].encryptionType": oneOf("AES256", "KMS", "KMS_DSSE"),
    },
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    source: "Amazon ECR API Reference 2015-09-21, PutLifecyclePolicy",
    properties: {
      repository: characters(2, 256),
      policy: [characters(100, 30720), document(30720)],
    },
  },
  "awsx:ecr:Image": {
    source: "Amazon ECR API Reference 2015-09-21, PutImage; awsx, ecr.Image",
    properties: {
      imageTag: matches(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, "at most 128 letters, digits and ._-"),
      platform: matches(/^(linux|windows)\/[a-z0-9]+(\/v\d)?$/, "a platform such as linux/amd64"),
      repositoryUrl: matches(
        /^\d{12}\.dkr[.-]ecr\.[a-z0-9.-]+\/[a-z0-9._/-]+$/,
        "a repository's URL such as 123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/name",
      ),
    },
  },
};
