/** What auditors ask for: encryption keys, the audit trail, who may sign in, private buckets, the topic of alarms. */
export { AlarmTopic } from "./alarm-topic.ts";
export { Audit, RECORD_DAYS } from "./audit.ts";
export { balancerAccessLogs, s3AccessLogs } from "./bucket-policy.ts";
export { Identity } from "./identity.ts";
export { Keys } from "./key.ts";
export { PrivateBucket, type PrivateBucketArgs } from "./private-bucket.ts";
