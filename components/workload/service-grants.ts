import * as pulumi from "@pulumi/pulumi";
import {
  cacheClients,
  DATABASE_SERVICES,
  MIGRATIONS,
  PERSONAL_DATA,
  POOLER,
  pooledClients,
  ROTATION,
} from "../../config/index.ts";
import { PodRole, type Statement } from "./pod-role.ts";

export interface ServiceRolesArgs extends Guarded {
  clusterName: pulumi.Input<string>;
  region: string;
  /** Namespace of the services' pods. */
  namespace: pulumi.Input<string>;
  /** The services that run; a role that no pod would take isn't made. */
  services: readonly string[];
  tags?: Record<string, string>;
}

/**
 * A role for each service account that may do anything in AWS, by EKS Pod Identity. Free of charge.
 *
 * @example new ServiceRoles("services", { clusterName, services: ["trading"], … }, { provider })
 */
export class ServiceRoles extends pulumi.ComponentResource {
  constructor(name: string, args: ServiceRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:ServiceRoles", name, {}, opts);
    const { clusterName, region, namespace, services, tags } = args;
    const grants = serviceGrants(args);
    for (const serviceAccount of grantedAccounts(services)) {
      const statements = grants[serviceAccount] ?? [];
      const role = { region, clusterName, namespace, serviceAccount, statements, tags };
      new PodRole(`${name}-${serviceAccount}`, role, { parent: this });
    }
    this.registerOutputs();
  }
}

/** What in AWS services may be given access to. */
export interface Guarded {
  /** Secret of the database's owner. */
  databaseSecretArn: pulumi.Input<string>;
  /** The database's instance. */
  databaseArn: pulumi.Input<string>;
  /** Secrets of the services' logins in the database. */
  loginSecretArns: Record<string, pulumi.Input<string>>;
  /** Secret of the cache's token. */
  cacheSecretArn: pulumi.Input<string>;
  /** The cache's replication group. */
  cacheArn: pulumi.Input<string>;
  /** Bucket of the models. */
  modelBucketArn: pulumi.Input<string>;
  /** KMS key of all of these. */
  keyArn: pulumi.Input<string>;
  /** KMS key of account holders' personal data. */
  personalDataKeyArn: pulumi.Input<string>;
  /** Load balancers and clusters that zones can be shifted away from. */
  shiftableArns: pulumi.Input<string>[];
}

/** Service accounts that may do anything in AWS. */
const ACCOUNTS = [...DATABASE_SERVICES, MIGRATIONS, ROTATION, POOLER, "guard"];

/** Of the given services, those that may do anything in AWS; and the migrations and the rotation. */
export function grantedAccounts(services: readonly string[]): string[] {
  return ACCOUNTS.filter(
    (account) => account === MIGRATIONS || account === ROTATION || services.includes(account),
  );
}

/**
 * What each service account may do in AWS; one that isn't named may do nothing. One list, so that an auditor reads one
 * file; a role for each, so that what one service may do, no other may.
 */
export function serviceGrants(guarded: Guarded): Record<string, Statement[]> {
  const { databaseSecretArn, loginSecretArns, modelBucketArn, keyArn, shiftableArns } = guarded;
  const decrypt = { actions: ["kms:Decrypt"], resources: [keyArn] };
  const readSecrets = (resources: pulumi.Input<string>[]) => [
    { actions: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], resources },
    decrypt,
  ];
  const logins = (services: string[]) => services.flatMap((service) => loginSecretArns[service] ?? []);
  const rotated = [...logins(DATABASE_SERVICES), guarded.cacheSecretArn];
  const wrap = {
    actions: ["kms:GenerateDataKey", "kms:Decrypt"],
    resources: [guarded.personalDataKeyArn],
  };
  const data = DATABASE_SERVICES.map((service) => {
    const cache = cacheClients([service]).map(() => guarded.cacheSecretArn);
    const own = readSecrets([...logins([service]), ...cache]);
    return [service, PERSONAL_DATA.includes(service) ? [...own, wrap] : own] as const;
  });
  return {
    ...Object.fromEntries(data),
    [MIGRATIONS]: readSecrets([databaseSecretArn, ...logins(DATABASE_SERVICES)]),
    [ROTATION]: [
      ...readSecrets([databaseSecretArn, ...rotated]),
      { actions: ["secretsmanager:PutSecretValue"], resources: rotated },
      { actions: ["kms:GenerateDataKey"], resources: [keyArn] },
      {
        actions: ["elasticache:ModifyReplicationGroup", "elasticache:DescribeReplicationGroups"],
        resources: [guarded.cacheArn],
      },
    ],
    [POOLER]: readSecrets(logins(pooledClients(DATABASE_SERVICES))),
    news: [
      ...readSecrets(logins(["news"])),
      { actions: ["s3:GetObject"], resources: [pulumi.interpolate`${modelBucketArn}/*`] },
      { actions: ["s3:ListBucket"], resources: [modelBucketArn] },
    ],
    guard: [
      {
        actions: [
          "arc-zonal-shift:StartZonalShift",
          "arc-zonal-shift:UpdateZonalShift",
          "arc-zonal-shift:CancelZonalShift",
          "arc-zonal-shift:GetManagedResource",
        ],
        // A cluster is no resource type of ARC's in IAM, unlike a balancer: what is shifted is a condition's to say
        // (https://docs.aws.amazon.com/r53recovery/latest/dg/security_iam_service-with-iam-zonal-shift.html).
        resources: ["*"],
        conditions: { StringEquals: { "arc-zonal-shift:ResourceIdentifier": shiftableArns } },
      },
      // These two answer for the whole account; ARC has no resource by which to narrow them.
      {
        actions: ["arc-zonal-shift:ListManagedResources", "arc-zonal-shift:ListZonalShifts"],
        resources: ["*"],
      },
      // A reboot with failover moves the primary out of a zone that was shifted away.
      { actions: ["rds:RebootDBInstance"], resources: [guarded.databaseArn] },
    ],
  };
}
