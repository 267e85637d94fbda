import assert from "node:assert/strict";
import type { Graph } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const BALANCER = "aws:lb/loadBalancer:LoadBalancer";

describe("load balancers on the evaluated graph", () => {
  let dev: Graph;
  let prod: Graph;
  before(async () => {
    [dev, prod] = await Promise.all([graphOf("dev"), graphOf("prod")]);
  });

  it("serve TLS 1.3 with a certificate, and send plain HTTP there", () => {
    const https = inputsOf(prod, "aws:lb/listener:Listener", "public-https");
    assert.match(https.sslPolicy, /TLS13/);
    const [{ type, redirect }] = inputsOf(prod, "aws:lb/listener:Listener", "public-redirect").defaultActions;
    assert.deepEqual([type, redirect.protocol, redirect.port], ["redirect", "HTTPS", "443"]);
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

  it("keep three times the base ready on prod, and are guarded against deletion there", () => {
    for (const { inputs, options } of ofType(prod, BALANCER)) {
      assert.deepEqual(inputs.minimumLoadBalancerCapacity, { capacityUnits: 300 });
      assert.deepEqual([inputs.enableDeletionProtection, options.protect], [true, true]);
    }
    for (const { inputs } of ofType(dev, BALANCER)) {
      assert.deepEqual(
        [inputs.minimumLoadBalancerCapacity, inputs.enableDeletionProtection],
        [undefined, false],
      );
    }
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
    const arns = ofType(dev, BALANCER).map(({ outputs }) => outputs.arn);
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
      const [failed, requests, percent] = errors.metricQueries;
      assert.deepEqual(
        [failed.metric.dimensions.AvailabilityZone, requests.metric.dimensions.AvailabilityZone],
        [zone, zone],
      );
      assert.equal(percent.returnData, true);
    }
  });
});
