import type { PolicyResource, StackValidationArgs } from "@pulumi/policy";
import {
  type Check,
  entries,
  type Finding,
  items,
  leadsTo,
  ofType,
  read,
  UNKNOWN,
  unset,
} from "../shared/index.ts";
import { all, atLeast, is, never, when } from "./checks.ts";

const WEEK = 7;

const isNoReplica = (props: unknown) => unset(read(props, "replicateSourceDb"));
const keepsLastSnapshot = never("skipFinalSnapshot");
const database = all(atLeast("backupRetentionPeriod", WEEK), keepsLastSnapshot);

/** A plan's rule keeps what it copies for good, unless it says how long. */
const keptForAWeek = when(
  (rule) => !unset(read(rule, "lifecycle", "deleteAfter")),
  atLeast("lifecycle.deleteAfter", WEEK),
);

/** By type, what lets it be restored. Files on a scratch file system are copies, and caches too. */
export const BACKUPS: Record<string, Check> = {
  "aws:rds/instance:Instance": when(isNoReplica, database),
  "aws:rds/cluster:Cluster": database,
  "aws:docdb/cluster:Cluster": database,
  "aws:docdb/elasticCluster:ElasticCluster": atLeast("backupRetentionPeriod", WEEK, 1),
  "aws:neptune/cluster:Cluster": database,
  "aws:dynamodb/table:Table": is("pointInTimeRecovery.enabled", true),
  "aws:keyspaces/table:Table": is("pointInTimeRecovery.status", "ENABLED"),
  "aws:redshift/cluster:Cluster": all(
    atLeast("automatedSnapshotRetentionPeriod", WEEK, 1),
    keepsLastSnapshot,
  ),
  "aws:memorydb/cluster:Cluster": atLeast("snapshotRetentionLimit", WEEK, 0),
  "aws:efs/backupPolicy:BackupPolicy": is("backupPolicy.status", "ENABLED"),
  "aws:fsx/windowsFileSystem:WindowsFileSystem": atLeast("automaticBackupRetentionDays", WEEK, WEEK),
  "aws:fsx/ontapFileSystem:OntapFileSystem": atLeast("automaticBackupRetentionDays", WEEK, 0),
  "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": atLeast("automaticBackupRetentionDays", WEEK, 0),
  "aws:backup/plan:Plan": (props) =>
    items(read(props, "rules")).flatMap((rule, index) =>
      keptForAWeek(rule).map((finding) => `rules[${index}].${finding}`),
    ),
};

const FILES = "aws:efs/fileSystem:FileSystem";

/** File systems of EFS that neither a backup policy nor a selection of AWS Backup names. */
export function backupsOfStack({ resources }: StackValidationArgs): Finding[] {
  const policies = ofType(resources, "aws:efs/backupPolicy:BackupPolicy");
  const selections = ofType(resources, "aws:backup/selection:Selection");
  return ofType(resources, FILES)
    .filter(
      (files) =>
        !policies.some((policy) => leadsTo(policy, "fileSystemId", files)) &&
        !selections.some((selection) => selects(selection, files)),
    )
    .map((resource) => ({
      resource,
      reason: "no BackupPolicy of EFS and no Selection of AWS Backup names it",
    }));
}

function selects(selection: PolicyResource, files: PolicyResource): boolean {
  if (leadsTo(selection, "resources", files)) return true;
  const patterns = items(read(selection.props, "resources"));
  if (
    patterns.some(
      (one) => one === UNKNOWN || one === "*" || /^arn:[^:]+:elasticfilesystem:.*\*$/.test(String(one)),
    )
  ) {
    return true;
  }
  const tags = read(files.props, "tags");
  const tagged = items(read(selection.props, "selectionTags")).some(
    (tag) => read(tags, String(read(tag, "key"))) === read(tag, "value"),
  );
  return tagged || entries(read(selection.props, "conditions")).length > 0;
}
