import assert from "node:assert/strict";
import { type Graph, reveal } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

interface Schedule {
  scheduleExpression: string;
  scheduleExpressionTimezone: string;
  flexibleTimeWindow: { mode: string };
  target: {
    arn: string;
    roleArn: string;
    input: string;
    retryPolicy: { maximumEventAgeInSeconds: number };
  };
}

interface Acl {
  dataProtectionConfig: { dataProtections: [{ field: { fieldType: string; fieldKeys: string[] } }] };
}

interface Alarm {
  metricName?: string;
  dimensions?: Record<string, string>;
  comparisonOperator: string;
  threshold: number;
  treatMissingData: string;
  alarmActions: string[];
}

describe("load balancers on the evaluated graph", () => {
  let dev: Graph;
  let prod: Graph;
  before(async () => {
    [dev, prod] = await Promise.all([graphOf("dev"), graphOf("prod")]);
  });

  it("serve TLS 1.3 only, and send plain HTTP there", () => {
    for (const graph of [dev, prod]) {
      const https = inputsOf(graph, "aws:lb/listener:Listener", "public-https");
      assert.match(https.sslPolicy, /^ELBSecurityPolicy-TLS13-1-3-/);
      assert.match(https.certificateArn, /^arn:aws:acm:/);
      const [{ type, redirect }] = inputsOf(
        graph,
        "aws:lb/listener:Listener",
        "public-redirect",
      ).defaultActions;
      assert.deepEqual([type, redirect.protocol, redirect.port], ["redirect", "HTTPS", "443"]);
      // A stack that served plain HTTP has port 80 taken: its listener becomes this one.
      const [listener] = ofType(graph, "aws:lb/listener:Listener").filter(
        ({ name }) => name === "public-redirect",
      );
      assert.ok(listener?.options.aliases?.some((alias) => JSON.stringify(alias).includes("public-http")));
    }
  });

  it("write their access logs to a bucket that lets nobody else in", () => {
    const [bucket] = ofType(dev, "aws:s3/bucket:Bucket").filter(({ name }) => name === "access-logs-bucket");
    for (const { name, inputs } of ofType(dev, BALANCER)) {
      assert.deepEqual(inputs.accessLogs, {
        bucket: bucket?.id,
        prefix: name.replace("-alb", ""),
        enabled: true,
      });
    }
    const { policy } = inputsOf(dev, "aws:s3/bucketPolicy:BucketPolicy", "access-logs-policy");
    const [tls, , delivery] = JSON.parse(policy).Statement;
    assert.deepEqual(delivery.Principal, { Service: "logdelivery.elasticloadbalancing.amazonaws.com" });
    assert.match(delivery.Resource, /\/AWSLogs\/\d{12}\/\*$/);
    assert.deepEqual([tls.Effect, tls.Condition], ["Deny", { Bool: { "aws:SecureTransport": "false" } }]);
  });

  it("have names that AWS takes: none begins with internal-", () => {
    const name = (which: string) => inputsOf(prod, BALANCER, which).name;
    assert.deepEqual([name("internal-alb"), name("public-alb")], ["trizone-prod-internal", undefined]);
  });

  it("reserve three times the base over the open on prod, by the exchange's clock, and not around the clock", () => {
    const schedules = ofType(prod, "aws:scheduler/schedule:Schedule").map(({ inputs }) =>
      reveal<Schedule>(inputs),
    );
    const balancers = ofType(prod, BALANCER);
    for (const { inputs, options, outputs, name } of balancers) {
      // It comes and goes between two updates, which must not undo it.
      assert.equal(inputs.minimumLoadBalancerCapacity, undefined, name);
      assert.deepEqual(options.ignoreChanges, ["minimumLoadBalancerCapacity"]);
      const calls = schedules
        .map(({ target, ...when }) => ({ ...when, ...target, call: JSON.parse(target.input) }))
        .filter(({ call }) => call.LoadBalancerArn === outputs.arn);
      assert.deepEqual(
        calls.map(({ scheduleExpression, call: { LoadBalancerArn: _, ...call } }) => [
          scheduleExpression,
          call,
        ]),
        [
          ["cron(30 9 ? * MON-FRI *)", { MinimumLoadBalancerCapacity: { CapacityUnits: 300 } }],
          ["cron(30 10 ? * MON-FRI *)", { ResetCapacityReservation: true }],
        ],
      );
      for (const { arn, scheduleExpressionTimezone, flexibleTimeWindow, roleArn, retryPolicy } of calls) {
        assert.equal(arn, "arn:aws:scheduler:::aws-sdk:elasticloadbalancingv2:modifyCapacityReservation");
        assert.deepEqual([scheduleExpressionTimezone, flexibleTimeWindow.mode], ["Australia/Sydney", "OFF"]);
        assert.ok(retryPolicy.maximumEventAgeInSeconds < 30 * 60, "comes before the open or not at all");
        const [role] = ofType(prod, "aws:iam/role:Role").filter(({ outputs }) => outputs.arn === roleArn);
        const { policy } = ofType(prod, "aws:iam/rolePolicy:RolePolicy").find(
          ({ inputs }) => inputs.role === role?.outputs.name,
        )?.inputs as { policy: string };
        assert.deepEqual(JSON.parse(policy).Statement, [
          {
            Effect: "Allow",
            Action: "elasticloadbalancing:ModifyCapacityReservation",
            Resource: outputs.arn,
          },
        ]);
      }
    }
    assert.equal(schedules.length, 4);
    assert.deepEqual(ofType(dev, "aws:scheduler/schedule:Schedule"), []);
  });

  it("are guarded against deletion on prod", () => {
    for (const [graph, guarded] of [
      [prod, true],
      [dev, false],
    ] as const) {
      for (const { inputs, options } of ofType(graph, BALANCER))
        assert.deepEqual([inputs.enableDeletionProtection, options.protect ?? false], [guarded, guarded]);
    }
  });

  it("log what the web firewall judged, under WAF's prefix, without credentials", () => {
    const { logDestinationConfigs, redactedFields, resourceArn } = inputsOf(
      prod,
      "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    );
    const [group] = ofType(prod, "aws:cloudwatch/logGroup:LogGroup").filter(
      ({ outputs }) => outputs.arn === logDestinationConfigs[0],
    );
    assert.match(String(group?.inputs.name), /^aws-waf-logs-trizone-prod-/);
    assert.match(String(group?.inputs.kmsKeyId), /:key\//);
    const [acl] = ofType(prod, "aws:wafv2/webAcl:WebAcl");
    assert.equal(resourceArn, acl?.outputs.arn);
    const headers = redactedFields.map(
      ({ singleHeader }: { singleHeader: { name: string } }) => singleHeader.name,
    );
    assert.deepEqual(headers, ["authorization", "cookie", "sec-websocket-protocol"]);
    const [{ field }] = reveal<Acl>(acl?.inputs).dataProtectionConfig.dataProtections;
    assert.deepEqual([field.fieldType, field.fieldKeys], ["SINGLE_HEADER", headers]);
  });

  it("have a web firewall with a rate before the public one only", () => {
    const [association, ...more] = ofType(dev, "aws:wafv2/webAclAssociation:WebAclAssociation");
    const [open] = ofType(dev, BALANCER).filter(({ inputs }) => !inputs.internal);
    assert.deepEqual([association?.inputs.resourceArn, more], [open?.outputs.arn, []]);
    const [rate] = inputsOf(dev, "aws:wafv2/webAcl:WebAcl").rules;
    const { limit, evaluationWindowSec, aggregateKeyType } = rate.statement.rateBasedStatement;
    assert.deepEqual([limit, evaluationWindowSec, aggregateKeyType], [3000, 300, "IP"]);
    assert.equal(rate.action.block.customResponse.responseCode, 429);
  });

  it("are shifted by AWS too, practised outside trading hours, unless a zone is sick already", () => {
    const TYPE = "aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration";
    const [{ eksCluster }] = ofType(dev, "eks:index:Cluster").map(({ outputs }) => outputs) as [
      { eksCluster: { arn: string } },
    ];
    const arns = [...ofType(dev, BALANCER).map(({ outputs }) => outputs.arn), eksCluster.arn];
    assert.deepEqual(
      ofType(dev, TYPE)
        .map(({ inputs }) => inputs.resourceArn)
        .sort(),
      arns.sort(),
    );
    const alarms = new Map(
      ofType(dev, "aws:cloudwatch/metricAlarm:MetricAlarm").map(({ outputs, name }) => [outputs.arn, name]),
    );
    const shift = inputsOf(dev, TYPE, "public-autoshift-configuration");
    const named = (list: { alarmIdentifier: string }[]) =>
      list.map(({ alarmIdentifier }) => alarms.get(alarmIdentifier));
    assert.equal(shift.zonalAutoshiftStatus, "ENABLED");
    assert.ok(shift.blockedWindows.length > 0);
    assert.deepEqual(named(shift.outcomeAlarms), ["public-alarms-errors"]);
    const cluster = inputsOf(dev, TYPE, "cluster-autoshift-configuration");
    assert.equal(cluster.zonalAutoshiftStatus, "ENABLED");
    assert.deepEqual(cluster.blockedWindows, shift.blockedWindows);
    assert.deepEqual(named(cluster.outcomeAlarms), ["public-alarms-errors", "internal-alarms-errors"]);
    assert.equal(named(cluster.blockingAlarms).length, 6);
    assert.deepEqual(named(shift.blockingAlarms), [
      "public-alarms-ap-southeast-2a-errors",
      "public-alarms-ap-southeast-2b-errors",
      "public-alarms-ap-southeast-2c-errors",
    ]);
  });

  it("have an alarm a zone on unhealthy targets and on failed requests", () => {
    for (const zone of ["a", "b", "c"].map((letter) => `ap-southeast-2${letter}`)) {
      const unhealthy = inputsOf(
        dev,
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        `internal-alarms-gateway-${zone}-unhealthy`,
      );
      assert.equal(unhealthy.dimensions.AvailabilityZone, zone);
      assert.match(unhealthy.dimensions.TargetGroup, /^targetgroup\//);
      assert.match(unhealthy.dimensions.LoadBalancer, /^app\//);
      const errors = inputsOf(
        dev,
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        `internal-alarms-${zone}-errors`,
      );
      const [failed, refused, requests, , percent] = errors.metricQueries;
      for (const { metric } of [failed, refused, requests])
        assert.equal(metric.dimensions.AvailabilityZone, zone);
      assert.equal(refused.metric.metricName, "HTTPCode_ELB_5XX_Count");
      assert.equal(percent.returnData, true);
    }
  });

  it("have an alarm a zone on targets that are gone, which rings when nothing is reported, and on their own errors", () => {
    const alarms = ofType(prod, ALARM).map(({ inputs }) => reveal<Alarm>(inputs));
    const [{ arn }] = ofType(prod, "aws:sns/topic:Topic").map(({ outputs }) => outputs) as [{ arn: string }];
    for (const { name, outputs } of ofType(prod, BALANCER)) {
      for (const zone of ["a", "b", "c"].map((letter) => `ap-southeast-2${letter}`)) {
        const of = (metric: string) =>
          alarms.filter(
            ({ metricName, dimensions }) =>
              metricName === metric &&
              dimensions?.LoadBalancer === outputs.arnSuffix &&
              dimensions?.AvailabilityZone === zone,
          );
        const [healthy, ...more] = of("HealthyHostCount");
        assert.deepEqual(more, [], name);
        const { comparisonOperator, threshold, treatMissingData, alarmActions } = healthy ?? {};
        assert.deepEqual(
          [comparisonOperator, threshold, treatMissingData, alarmActions],
          ["LessThanThreshold", 1, "breaching", [arn]],
        );
        // Errors are reported only when there are some.
        assert.deepEqual(
          of("HTTPCode_ELB_5XX_Count").map(({ treatMissingData }) => treatMissingData),
          ["notBreaching"],
        );
      }
    }
  });

  it("are watched by alarms that each say what no data means", () => {
    // What is reported at all times must be there; what is counted only when it happens need not.
    const COUNTED = ["HTTPCode_ELB_5XX_Count", "UnHealthyHostCount", "TargetErrorCount", undefined];
    for (const { name, inputs } of ofType(prod, ALARM)) {
      const alarm = reveal<Alarm>(inputs);
      if (!/^(public|internal)-/.test(name)) continue;
      const expected = COUNTED.includes(alarm.metricName) ? "notBreaching" : "breaching";
      assert.equal(alarm.treatMissingData, expected, name);
    }
  });
});
