import type { StackValidationArgs } from "@pulumi/policy";
import { type Check, type Finding, isProduction, PRODUCTION_SCHEMA, resourceRule } from "../shared/index.ts";
import { BACKUPS, backupsOfStack } from "./production-backups.ts";
import { DELETION_PROTECTION } from "./production-deletion.ts";
import { STANDBYS, standbysOfStack } from "./production-standbys.ts";

function productionRule(
  rule: { name: string; description: string; verdict: string; fix: string },
  checks: Record<string, Check>,
  ofStack?: (stack: StackValidationArgs) => Finding[],
) {
  return resourceRule({
    ...rule,
    severity: "high",
    configSchema: PRODUCTION_SCHEMA,
    judge: (resource) => (isProduction(resource) ? (checks[resource.type]?.(resource.props) ?? []) : []),
    judgeStack:
      ofStack &&
      ((stack) =>
        ofStack(stack).filter(({ resource: { urn } }) => isProduction({ urn, getConfig: stack.getConfig }))),
  });
}

export const productionMultiAz = productionRule(
  {
    name: "production-multi-az",
    description: "In production, databases, caches, brokers and search have a standby in another zone.",
    verdict: "is lost with its zone",
    fix: "Set multiAz (RDS; trizone:database.multiAz), multiAzEnabled and automaticFailoverEnabled (ElastiCache), or what else gives it a second zone, and a cluster two instances.",
  },
  STANDBYS,
  standbysOfStack,
);

export const productionBackups = productionRule(
  {
    name: "production-backups",
    description: "In production, databases can be restored to any moment of the last 7 days at least.",
    verdict: "can't be restored",
    fix: "Set its retention of backups to 7 days or more (trizone:database.backupDays) or turn point-in-time recovery on, and keep a last snapshot.",
  },
  BACKUPS,
  backupsOfStack,
);

export const productionDeletionProtection = productionRule(
  {
    name: "production-deletion-protection",
    description: "In production, what holds data or takes traffic can't be deleted by one command.",
    verdict: "can be deleted by one command",
    fix: "Turn its deletion protection on (trizone:protect), and never force a bucket's deletion.",
  },
  DELETION_PROTECTION,
);
