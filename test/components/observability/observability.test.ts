import assert from "node:assert/strict";
import { Observability } from "../../../components/observability/index.ts";
import { type Graph, reveal } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const MONITORING = "kubernetes:monitoring.coreos.com/v1";

describe("observability", () => {
  let dev: Graph;
  before(async () => {
    dev = await graphOf("dev");
  });

  it("asks every pod of the platform each 5 seconds, at the port that no Service leads to", () => {
    const { spec } = inputsOf(dev, `${MONITORING}:ServiceMonitor`);
    const [endpoint] = spec.endpoints;
    assert.deepEqual([endpoint.interval, endpoint.targetPort, endpoint.honorLabels], ["5s", "admin", true]);
    for (const service of ["web", "gateway", "trading"]) {
      const { metadata } = inputsOf(dev, "kubernetes:core/v1:Service", `${service}-service`);
      for (const [key, value] of Object.entries(spec.selector.matchLabels))
        assert.equal(metadata.labels[key], value);
      assert.deepEqual(spec.namespaceSelector.matchNames, [metadata.namespace]);
    }
  });

  it("keeps samples in Amazon Managed Prometheus, which only Prometheus writes to", () => {
    const { values } = inputsOf(dev, "kubernetes:helm.sh/v3:Release", "observability-release");
    const [{ url, sigv4 }] = values.prometheus.prometheusSpec.remoteWrite;
    assert.match(
      url,
      /^https:\/\/aps-workspaces\.ap-southeast-2\.amazonaws\.com\/workspaces\/ws-[^/]+\/api\/v1\/remote_write$/,
    );
    assert.deepEqual(sigv4, { region: "ap-southeast-2" });
    const [workspace] = ofType(dev, "aws:amp/workspace:Workspace");
    const policy = inputsOf(dev, "aws:iam/rolePolicy:RolePolicy", "observability-prometheus-policy");
    assert.deepEqual(JSON.parse(policy.policy).Statement, [
      { Effect: "Allow", Action: ["aps:RemoteWrite"], Resource: [workspace?.outputs.arn] },
    ]);
    const account = inputsOf(
      dev,
      "aws:eks/podIdentityAssociation:PodIdentityAssociation",
      "observability-prometheus-association",
    );
    assert.equal(account.serviceAccount, values.prometheus.serviceAccount.name);
    assert.equal(account.namespace, "monitoring");
  });

  it("sends the platform's alerts to the alarm topic, with the key that it is encrypted with", () => {
    const { values } = inputsOf(dev, "kubernetes:helm.sh/v3:Release", "observability-release");
    const { route, receivers } = values.alertmanager.config;
    const [topic] = ofType(dev, "aws:sns/topic:Topic");
    const alarms = receivers.find(({ name }: { name: string }) => name === "alarms");
    assert.equal(alarms.sns_configs[0].topic_arn, topic?.outputs.arn);
    assert.ok(
      route.routes.some(
        ({ receiver, matchers }: { receiver: string; matchers: string[] }) =>
          receiver === "alarms" && matchers.includes('platform = "trizone"'),
      ),
    );
    const policy = inputsOf(dev, "aws:iam/rolePolicy:RolePolicy", "observability-alertmanager-policy");
    const [publish, key] = JSON.parse(policy.policy).Statement;
    assert.deepEqual(publish.Resource, [topic?.outputs.arn]);
    assert.deepEqual(key.Resource, [topic?.inputs.kmsMasterKeyId]);
  });

  it("shows nothing on dashboards and alerts on nothing that no rule records", () => {
    const recorded = new Set(groups(dev).flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? [])));
    const { data } = inputsOf(dev, "kubernetes:core/v1:ConfigMap", "observability-dashboards");
    const shown = Object.values(data as Record<string, string>).flatMap((json) =>
      JSON.parse(json).panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
        targets.map(({ expr }) => expr),
      ),
    );
    const alerted = groups(dev).flatMap(({ rules }) =>
      rules.filter(({ alert }) => alert).map(({ expr }) => expr),
    );
    assert.ok(shown.length > 10 && alerted.length > 8);
    for (const expr of [...shown, ...alerted]) {
      const names = expr.match(/\b\w+:\w+:\w+/g) ?? [];
      assert.ok(names.length > 0, expr);
      for (const name of names) assert.ok(recorded.has(name), `${name} in ${expr}`);
    }
  });

  it("is told to Grafana's sidecar", () => {
    const { metadata, data } = inputsOf(dev, "kubernetes:core/v1:ConfigMap", "observability-dashboards");
    assert.equal(metadata.labels.grafana_dashboard, "1");
    const uids = Object.values(data as Record<string, string>).map((json) => JSON.parse(json).uid);
    assert.equal(new Set(uids).size, 4);
  });

  it("gives every alert a severity, and words that say what to do", () => {
    for (const { alert, labels, annotations } of groups(dev).flatMap(({ rules }) => rules)) {
      if (!alert) continue;
      assert.match(labels?.severity ?? "", /^(critical|warning)$/, alert);
      assert.ok((annotations?.description?.length ?? 0) > 40, alert);
    }
  });

  it("refuses objectives that can't be, all at once", () => {
    assert.throws(
      // biome-ignore lint/suspicious/noExplicitAny: the rest is not looked at
      () => new Observability("o", { services: [], availability: 1, p99Ms: 0 } as any),
      /availability: .*\n.*p99Ms: .*\n.*services: /,
    );
  });

  it("follows the configured objectives", async () => {
    const graph = await graphOf(
      "dev",
      "trizone:objectives.availability=0.99",
      "trizone:objectives.p99Ms=100",
    );
    const exprs = groups(graph).flatMap(({ rules }) => rules.map(({ expr }) => expr));
    assert.ok(exprs.some((expr) => expr.endsWith("p99_1m > 0.1")));
    assert.ok(exprs.includes("service:http_errors:ratio1h > 0.144 and service:http_errors:ratio5m > 0.144"));
  });
});

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

function groups(graph: Graph): { name: string; rules: Rule[] }[] {
  const [rules] = ofType(graph, `${MONITORING}:PrometheusRule`);
  return reveal<{ spec: { groups: { name: string; rules: Rule[] }[] } }>(rules?.inputs).spec.groups;
}
