import * as pulumi from "@pulumi/pulumi";
import { CONTAINER_SECURITY, UID } from "../../workload/index.ts";
import { type Chart, type Place, resources } from "./chart.ts";

/** A log group that pods' output goes to. */
export interface Destination {
  name: pulumi.Input<string>;
  arn: pulumi.Input<string>;
}

/** A bucket that keeps pods' output for years, which may be locked against deletion. */
export interface Archive {
  bucket: pulumi.Input<string>;
  arn: pulumi.Input<string>;
}

const NAME = "fluent-bit";

/** Sends what pods write to CloudWatch Logs, a stream a container, and to the archive, an object a container and time. */
export function logShipper(
  { region }: Place,
  { name, arn }: Destination,
  archive?: Archive & { keyArn: pulumi.Input<string> },
): Chart {
  return {
    name: NAME,
    repo: "https://fluent.github.io/helm-charts",
    // Fluent Bit 5.1.
    version: "0.58.1",
    values: {
      fullnameOverride: NAME,
      testFramework: { enabled: false },
      serviceAccount: { create: true, name: NAME },
      // A node that is full of other pods still ships their logs.
      priorityClassName: "system-node-critical",
      tolerations: [{ operator: "Exists" }],
      // kubelet's log files are readable to group 0, so that no user 0 is needed.
      podSecurityContext: { runAsUser: UID, runAsGroup: 0, runAsNonRoot: true, seccompProfile: SECCOMP },
      securityContext: { ...CONTAINER_SECURITY, runAsGroup: 0 },
      resources: resources("50m", "128Mi", "256Mi"),
      config: { inputs: INPUTS, filters: FILTERS, outputs: outputs(region, name, archive) },
      daemonSetVolumes: [
        { name: "varlog", hostPath: { path: "/var/log" } },
        { name: "state", emptyDir: { sizeLimit: "512Mi" } },
      ],
      daemonSetVolumeMounts: [
        { name: "varlog", mountPath: "/var/log", readOnly: true },
        { name: "state", mountPath: "/var/fluent-bit" },
      ],
    },
    statements: [
      {
        actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        resources: [arn, pulumi.interpolate`${arn}:*`],
      },
      ...(archive
        ? [
            { actions: ["s3:PutObject"], resources: [pulumi.interpolate`${archive.arn}/*`] },
            { actions: ["kms:GenerateDataKey"], resources: [archive.keyArn] },
          ]
        : []),
    ],
  };
}

const SECCOMP = { type: "RuntimeDefault" };

/** Where it was is kept for the pod's life; a new pod on the node reads the files that are there once more. */
const INPUTS = `[INPUT]
    Name tail
    Path /var/log/containers/*.log
    multiline.parser docker, cri
    Tag kube.*
    DB /var/fluent-bit/tail.db
    Mem_Buf_Limit 32MB
    Skip_Long_Lines On
    Refresh_Interval 5
`;

const FILTERS = `[FILTER]
    Name kubernetes
    Match kube.*
    Merge_Log On
    Keep_Log Off
    Labels Off
    Annotations Off
`;

function outputs(region: string, group: pulumi.Input<string>, archive?: Archive): pulumi.Output<string> {
  const searched = pulumi.interpolate`[OUTPUT]
    Name cloudwatch_logs
    Match kube.*
    region ${region}
    log_group_name ${group}
    log_stream_prefix kube.
    log_stream_template $kubernetes['namespace_name'].$kubernetes['pod_name'].$kubernetes['container_name']
    auto_create_group Off
    Retry_Limit 10
`;
  if (!archive) return searched;
  // A bucket with a lock takes only objects that come with their checksum.
  return pulumi.interpolate`${searched}
[OUTPUT]
    Name s3
    Match kube.*
    region ${region}
    bucket ${archive.bucket}
    s3_key_format /$TAG/%Y/%m/%d/%H%M%S-$UUID.gz
    compression gzip
    use_put_object On
    send_content_md5 On
    total_file_size 50M
    upload_timeout 10m
    store_dir /var/fluent-bit/s3
    store_dir_limit_size 256M
    Retry_Limit 10
`;
}
