import * as pulumi from "@pulumi/pulumi";
import { DATABASE_SERVICES, migrationsOf, POOLER } from "./data-clients.ts";
import type { Statement } from "./pod-role.ts";

/** What services may be let near. */
export interface Guarded {
  /** Secret of the database's account, and the KMS key that it is encrypted with. */
  databaseSecretArn: pulumi.Input<string>;
  /** Bucket of the models. */
  modelBucketArn: pulumi.Input<string>;
  /** KMS key of both. */
  keyArn: pulumi.Input<string>;
  /** Load balancers and clusters that zones can be shifted away from. */
  shiftableArns: pulumi.Input<string>[];
}

/** Who reads the database's secret. */
const DATABASE_ACCOUNTS = [
  ...DATABASE_SERVICES.flatMap((service) => [service, migrationsOf(service)]),
  POOLER,
];

/** The accounts of those services that may do anything in AWS. */
export function grantedAccounts(services: readonly string[]): string[] {
  return [...DATABASE_ACCOUNTS, "news", "guard"].filter((account) =>
    services.includes(account.replace(/-migrations$/, "")),
  );
}

/**
 * Who may do what in AWS, by service account: who isn't named may do nothing. One list, so that an auditor reads one
 * file; a role of its own a line, so that what one service may do, no other may.
 */
export function serviceGrants(guarded: Guarded): Record<string, Statement[]> {
  const { databaseSecretArn, modelBucketArn, keyArn, shiftableArns } = guarded;
  const decrypt = { actions: ["kms:Decrypt"], resources: [keyArn] };
  const readDatabaseSecret = [
    {
      actions: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
      resources: [databaseSecretArn],
    },
    decrypt,
  ];
  const database = DATABASE_ACCOUNTS.map((account) => [account, readDatabaseSecret] as const);
  return {
    ...Object.fromEntries(database),
    news: [
      { actions: ["s3:GetObject"], resources: [pulumi.interpolate`${modelBucketArn}/*`] },
      { actions: ["s3:ListBucket"], resources: [modelBucketArn] },
      decrypt,
    ],
    guard: [
      {
        actions: [
          "arc-zonal-shift:StartZonalShift",
          "arc-zonal-shift:UpdateZonalShift",
          "arc-zonal-shift:CancelZonalShift",
          "arc-zonal-shift:GetManagedResource",
        ],
        resources: shiftableArns,
      },
      // These two answer for the whole account; ARC lets nobody narrow them down.
      {
        actions: ["arc-zonal-shift:ListManagedResources", "arc-zonal-shift:ListZonalShifts"],
        resources: ["*"],
      },
    ],
  };
}
