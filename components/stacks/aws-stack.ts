import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { withScheme } from "../../config/addresses.ts";
import { cacheClients, databaseClients, POOLER } from "../../config/data-clients.ts";
import { FoundationOutput, Outputs } from "../../config/outputs.ts";
import { connectionPools } from "../../config/relations.ts";
import { type Config, SERVICES, type ServiceName } from "../../config/stack-config.ts";
import { subnetsOf } from "../../config/subnets.ts";
import { OPEN_FACTOR } from "../../config/trading-hours.ts";
import { Cluster } from "../cluster/cluster.ts";
import { Controllers } from "../cluster/controllers.ts";
import { WarmPool } from "../cluster/warm-pool.ts";
import { Cache } from "../data/cache.ts";
import { Database } from "../data/database.ts";
import { DatabaseCredentials } from "../data/database-credentials.ts";
import { DatabaseLogins } from "../data/database-logins.ts";
import { ModelBucket } from "../data/model-bucket.ts";
import { balancerAccessLogs, REQUEST_LOG_DAYS } from "../edge/access-logs.ts";
import { LoadBalancer } from "../edge/load-balancer.ts";
import { AlarmTopic } from "../governance/alarm-topic.ts";
import { Audit } from "../governance/audit.ts";
import { awsTags } from "../governance/aws-tags.ts";
import { s3AccessLogs } from "../governance/bucket-policy.ts";
import { Identity } from "../governance/identity.ts";
import { Keys } from "../governance/keys.ts";
import { PrivateBucket } from "../governance/private-bucket.ts";
import { Firewall } from "../network/firewall.ts";
import { Network } from "../network/network.ts";
import { Observability } from "../observability/observability.ts";
import { builtImages, Repositories } from "../workload/images.ts";
import { ServiceRoles } from "../workload/service-roles.ts";
import { arrowsOnAws } from "./aws-connections.ts";
import { createNamespace, type Platform } from "./platform.ts";
import { stackOutputs } from "./stack-outputs.ts";

/** The platform on AWS: three zones of one region. */
export function onAws(config: Config): Platform {
  const { region, zones, cidr, natGateways, protect } = config;
  const tags = awsTags();
  const provider = new aws.Provider("aws", { region, defaultTags: { tags } });
  const account = aws.getCallerIdentityOutput({}, { provider }).accountId;
  const keys = new Keys("keys", { region, account, protect, tags }, { provider });
  const alarms = new AlarmTopic(
    "alarms",
    { region, account, keyArn: keys.alarms, emails: config.alarmEmails, tags },
    { provider },
  );

  const network = new Network(
    "network",
    { region, zones, cidr, natGateways, subnets: config.subnets, logsKeyArn: keys.logs, tags },
    { provider },
  );
  const { vpcId, publicSubnetIds, privateSubnetIds } = network;
  const { kubernetesVersion: version, nodes } = config;
  const cluster = new Cluster(
    "cluster",
    {
      region,
      clusterName: `${pulumi.getProject()}-${pulumi.getStack()}`,
      ...{ vpcId, publicSubnetIds, privateSubnetIds, zones, version },
      ...nodes,
      secretsKeyArn: keys.data,
      logsKeyArn: keys.logs,
      access: config.clusterAccess,
      protect,
      tags,
    },
    { provider },
  );
  const { kubernetes, clusterName } = cluster;
  const providers = [provider, kubernetes];
  const controllers = new Controllers(
    "controllers",
    { clusterName, region, vpcId, namespace: config.namespace, logsKeyArn: keys.logs, tags },
    { providers },
  );
  if (nodes.warm > 0) new WarmPool("warm-pool", { perZone: nodes.warm }, { provider: kubernetes });
  new Observability(
    "observability",
    {
      ...{ region, clusterName, namespace: config.namespace, services: SERVICES, ...config.objectives },
      ...{ alarmTopicArn: alarms.arn, alarmKeyArn: keys.alarms, metricsKeyArn: keys.logs },
      after: controllers.addons,
      tags,
    },
    { providers },
  );
  const namespace = createNamespace(config.namespace, kubernetes).metadata.name;
  new Firewall(
    "firewall",
    {
      region,
      publicBalancer: network.publicBalancerGroupId,
      internalBalancer: network.internalBalancerGroupId,
      workload: cluster.securityGroupId,
      database: network.databaseGroupId,
      // The pods share their nodes' group: which of them reach it is the network policies' to say.
      cache: cacheClients(SERVICES).length > 0 ? network.cacheGroupId : undefined,
      endpoint: network.endpointGroupId,
      tags,
    },
    { provider },
  );

  const bucketLogs = new PrivateBucket(
    "bucket-logs",
    { region, statements: s3AccessLogs(account), expireDays: 400, forceDestroy: !protect, protect, tags },
    { provider },
  );
  const logged = { region, accessLogs: bucketLogs.bucketName, protect, tags };
  const accessLogs = new PrivateBucket(
    "access-logs",
    {
      ...logged,
      statements: balancerAccessLogs(account),
      expireDays: REQUEST_LOG_DAYS,
      forceDestroy: !protect,
    },
    { provider },
  );
  const { baseCapacity, rateLimit } = config.balancers;
  const balancer = {
    region,
    zones,
    vpcId,
    namespace,
    // Known by its policy, without which the balancers are refused.
    accessLogs: accessLogs.policy.bucket,
    notify: [alarms.arn],
    capacityUnits: baseCapacity && baseCapacity * OPEN_FACTOR,
    protect,
    tags,
    bindingsDependOn: [controllers.loadBalancerController],
  };
  const { modelSplit } = config.delivery;
  const versionsOf = (service: ServiceName) =>
    modelSplit?.service === service ? modelSplit.versions : undefined;
  const publicBalancer = new LoadBalancer(
    "public",
    {
      ...balancer,
      internal: false,
      subnetIds: publicSubnetIds,
      securityGroupIds: [network.publicBalancerGroupId],
      certificateArn: config.certificateArn,
      domain: config.domain,
      rateLimit,
      routes: [{ service: "web", paths: ["/*"], versions: versionsOf("web") }],
    },
    { providers },
  );
  const internalBalancer = new LoadBalancer(
    "internal",
    {
      ...balancer,
      internal: true,
      subnetIds: privateSubnetIds,
      securityGroupIds: [network.internalBalancerGroupId],
      routes: [{ service: "gateway", paths: ["/api/*", "/ws/*"], versions: versionsOf("gateway") }],
    },
    { providers },
  );

  const domainPrefix = pulumi.interpolate`trizone-${pulumi.getStack()}-${account}`;
  const { url: publicUrl } = publicBalancer;
  const identity = new Identity("identity", { region, publicUrl, domainPrefix, protect, tags }, { provider });
  const { name: databaseName, poolSize: _, pooler: __, ...databaseSize } = config.database;
  const database = new Database(
    "database",
    {
      region,
      ...databaseSize,
      database: databaseName,
      pools: connectionPools(config),
      subnetIds: network.isolatedSubnetIds,
      securityGroupIds: [network.databaseGroupId],
      keyArn: keys.data,
      logsKeyArn: keys.logs,
      alarmTopicArn: alarms.arn,
      protect,
      tags,
    },
    { provider },
  );
  const cache = new Cache(
    "cache",
    {
      region,
      zones,
      ...config.cache,
      subnetIds: network.isolatedSubnetIds,
      securityGroupIds: [network.cacheGroupId],
      keyArn: keys.data,
      alarmTopicArn: alarms.arn,
      protect,
      tags,
    },
    { provider },
  );
  const mounted = { providers, dependsOn: controllers.addons };
  const logins = new DatabaseLogins(
    "logins",
    {
      ...{ region, namespace, keyArn: keys.data, protect, tags },
      services: databaseClients(SERVICES),
      ownerSecretArn: database.secretArn,
    },
    mounted,
  );
  const token = new DatabaseCredentials(
    "cache-token",
    { region, namespace, secretArn: cache.secretArn },
    mounted,
  );
  const models = new ModelBucket("models", { ...logged, keyArn: keys.data }, { provider });
  const accounts = [...SERVICES, ...(config.database.pooler ? [POOLER] : [])];
  const roles = new ServiceRoles(
    "services",
    {
      ...{ clusterName, region, namespace, services: accounts, tags },
      databaseSecretArn: database.secretArn,
      loginSecretArns: logins.secretArns,
      cacheSecretArn: cache.secretArn,
      modelBucketArn: models.arn,
      keyArn: keys.data,
      personalDataKeyArn: keys.personal,
      shiftableArns: [publicBalancer.arn, internalBalancer.arn, cluster.arn],
    },
    { provider },
  );
  new Audit(
    "audit",
    { ...logged, account, keyArn: keys.audit, dataBuckets: [models.arn], lock: recordsLock(protect) },
    { provider },
  );

  const registry =
    config.images.registry ??
    new Repositories("repositories", { region, protect, tags }, { provider }).registry;
  const arrows = arrowsOnAws(cidr, subnetsOf(cidr, config.subnets, zones.length), {
    services: SERVICES,
    pooled: config.database.pooler !== undefined,
  });
  const foundation = {
    namespace,
    registry,
    apiUrl: internalBalancer.url,
    kubeconfig: cluster.kubeconfig,
    clusterIdentifier: cluster.arn,
    arrows,
    signInOrigin: identity.signInOrigin,
    database: { url: database.url, owner: logins.owner, services: logins.volumes },
    cache: { url: cache.url, credentials: token.volume },
    personalDataKey: keys.personal,
  };
  return {
    kubernetes,
    namespace,
    arrows,
    rolloutsBy: [controllers],
    image: builtImages(config, registry, provider),
    apiUrl: internalBalancer.url,
    issuer: identity.issuer,
    clientId: identity.clientId,
    signInOrigin: identity.signInOrigin,
    database: { ...foundation.database, after: [logins, token, roles] },
    cache: foundation.cache,
    personalDataKey: { url: keys.personal, mounts: [] },
    outputs: {
      ...(config.layer === "foundation" ? stackOutputs(FoundationOutput, { foundation }) : {}),
      ...stackOutputs(Outputs, {
        stack: pulumi.getStack(),
        region,
        publicUrl,
        apiUrl: pulumi.interpolate`${publicUrl}/api`,
        issuer: identity.issuer,
        clientId: identity.clientId,
        arcEndpoint: arcEndpoint(region, provider),
        loadBalancers: { public: described(publicBalancer), internal: described(internalBalancer) },
        cluster: { name: clusterName, arn: cluster.arn },
        zones: zones.map((name) => zone(name, region, provider)),
        database: { endpoint: database.endpoint, name: databaseName },
        modelBucket: models.bucketName,
      }),
    },
  };
}

/** A stack that comes and goes keeps its records for a day, which its administrators can lift. */
function recordsLock(protect: boolean) {
  return protect ? undefined : { mode: "GOVERNANCE" as const, days: 1 };
}

function described({ arn, loadBalancerName: name, url }: LoadBalancer) {
  return { arn, name, url };
}

function zone(name: string, region: string, provider: aws.Provider) {
  return { name, id: aws.getAvailabilityZoneOutput({ name, region }, { provider }).zoneId };
}

function arcEndpoint(region: string, provider: aws.Provider): pulumi.Output<string> {
  const service = aws.getServiceOutput({ serviceId: "arc-zonal-shift", region }, { provider });
  return service.dnsName.apply((dnsName) => withScheme(dnsName, "https"));
}
