import type * as pulumi from "@pulumi/pulumi";

/**
 * Alertmanager's configuration: the platform's alerts and whatever is critical go to an SNS topic, the rest nowhere.
 */
export function alertRoute(region: string, topicArn: pulumi.Input<string>) {
  return {
    global: { resolve_timeout: "1m" },
    route: {
      receiver: "nobody",
      group_by: ["alertname", "service", "namespace"],
      group_wait: "10s",
      group_interval: "1m",
      repeat_interval: "4h",
      routes: [
        // It rings always, for receivers that notice its absence; there is none here.
        { receiver: "nobody", matchers: ['alertname =~ "Watchdog|InfoInhibitor"'] },
        { receiver: "alarms", matchers: ['platform = "trizone"'] },
        { receiver: "alarms", matchers: ['severity = "critical"'] },
      ],
    },
    inhibit_rules: [
      // A service that is down is also slow and misses zones: one alert is enough.
      {
        source_matchers: ['alertname = "ServiceDown"'],
        target_matchers: ['alertname =~ "ServiceMissesZone|ServiceSlow|ZoneFailsMore|ZoneSlower"'],
        equal: ["service"],
      },
      {
        source_matchers: ['severity = "critical"'],
        target_matchers: ['severity =~ "warning|info"'],
        equal: ["namespace", "alertname", "service"],
      },
    ],
    receivers: [
      { name: "nobody" },
      {
        name: "alarms",
        sns_configs: [
          {
            topic_arn: topicArn,
            sigv4: { region },
            send_resolved: true,
            subject: SUBJECT,
            message: MESSAGE,
            attributes: { severity: "{{ .CommonLabels.severity }}" },
          },
        ],
      },
    ],
  };
}

/** SNS takes 100 characters. */
const SUBJECT =
  "[{{ .Status }}] {{ .GroupLabels.alertname }}{{ if .GroupLabels.service }}: {{ .GroupLabels.service }}{{ end }}";

const MESSAGE = `{{ range .Alerts }}{{ .Status }} ({{ .Labels.severity }}): {{ .Annotations.summary }}
{{ .Annotations.description }}
since {{ .StartsAt }}

{{ end }}`;
