import assert from "node:assert/strict";
import { holds, inProduction, judgeBy, named } from "../pack.ts";

describe("policy tls-only", () => {
  const POLICY = "tls-only";
  const judge = judgeBy(POLICY);
  holds(
    POLICY,
    "aws:lb/listener:Listener",
    { protocol: "HTTPS", port: 443, sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" },
    [
      ["sslPolicy", undefined, /sslPolicy is unset/],
      ["sslPolicy", "ELBSecurityPolicy-2016-08", /sslPolicy is "ELBSecurityPolicy-2016-08"/],
      ["sslPolicy", "ELBSecurityPolicy-TLS13-1-0-2021-06", /sslPolicy is/],
      ["sslPolicy", "ELBSecurityPolicy-FS-1-1-2019-08", /sslPolicy is/],
      ["protocol", "HTTP", /it serves HTTP on port 443/],
      ["protocol", undefined, /it serves HTTP on port 443/],
    ],
  );
  holds(
    POLICY,
    "aws:lb/listener:Listener",
    { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-FS-1-2-Res-2020-10" },
    [["sslPolicy", "ELBSecurityPolicy-FS-2018-06", /sslPolicy is/]],
  );
  holds(
    POLICY,
    "aws:elasticache/replicationGroup:ReplicationGroup",
    { transitEncryptionEnabled: true, transitEncryptionMode: "required" },
    [
      ["transitEncryptionEnabled", undefined, /transitEncryptionEnabled is unset/],
      ["transitEncryptionMode", "preferred", /lets plain text in/],
    ],
  );
  holds(
    POLICY,
    "aws:rds/parameterGroup:ParameterGroup",
    { family: "postgres16", parameters: [{ name: "rds.force_ssl", value: "1" }] },
    [
      ["parameters.0.value", "0", /rds\.force_ssl is "0"/],
      ["parameters", [], /rds\.force_ssl is unset/],
    ],
  );
  const group = (family: string, name: string, value: string) => ({ family, parameters: [{ name, value }] });
  holds(POLICY, "aws:redshift/parameterGroup:ParameterGroup", group("redshift-1.0", "require_ssl", "true"), [
    ["parameters.0.value", "false", /require_ssl is "false"/],
    ["parameters", [], /require_ssl is unset/],
  ]);
  holds(
    POLICY,
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
    group("docdb5.0", "tls", "enabled"),
    [["parameters.0.value", "disabled", /tls is "disabled"/]],
  );
  const inTransit = { clientBroker: "TLS", inCluster: true };
  holds(POLICY, "aws:msk/cluster:Cluster", { encryptionInfo: { encryptionInTransit: inTransit } }, [
    ["encryptionInfo.encryptionInTransit.clientBroker", "TLS_PLAINTEXT", /clientBroker is "TLS_PLAINTEXT"/],
    ["encryptionInfo.encryptionInTransit.inCluster", false, /inCluster is false/],
  ]);
  const endpoint = { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-2019-07" };
  holds(POLICY, "aws:opensearch/domain:Domain", { domainEndpointOptions: endpoint }, [
    ["domainEndpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-0-2019-07", /tlsSecurityPolicy is/],
    ["domainEndpointOptions.enforceHttps", false, /enforceHttps is false/],
    ["nodeToNodeEncryption", { enabled: false }, /nodeToNodeEncryption\.enabled is false/],
  ]);
  holds(POLICY, "aws:transfer/server:Server", { protocols: ["SFTP"] }, [
    ["protocols", ["SFTP", "FTP"], /FTP, which has no TLS/],
  ]);
  holds(POLICY, "aws:apigateway/domainName:DomainName", { securityPolicy: "TLS_1_2" }, [
    ["securityPolicy", "TLS_1_0", /securityPolicy is "TLS_1_0"/],
  ]);
  holds(POLICY, "aws:sns/topicSubscription:TopicSubscription", { protocol: "https" }, [
    ["protocol", "http", /protocol is "http"/],
  ]);
  holds(POLICY, "aws:dms/endpoint:Endpoint", { engineName: "postgres", sslMode: "require" }, [
    ["sslMode", "none", /sslMode is "none"/],
  ]);

  it("lets listeners redirect, and pass TCP on, but serve no plain text in production", async () => {
    const listener = (inputs: object) =>
      named("listener", "aws:lb/listener:Listener", { arn: "arn:http", ...inputs });
    const redirect = { type: "redirect", redirect: { protocol: "HTTPS" } };
    const http = listener({ protocol: "HTTP", port: 80, defaultActions: [redirect] });
    assert.deepEqual(await judge(inProduction(http)), []);
    assert.deepEqual(await judge(inProduction(listener({ protocol: "TCP", port: 5432 }))), []);
    const plain = listener({ protocol: "HTTP", port: 80, defaultActions: [{ type: "forward" }] });
    assert.match((await judge(inProduction(plain))).join(), /it serves HTTP on port 80/);
    assert.deepEqual(await judge(plain), [], "outside of production");
    assert.match(
      (await judge(inProduction(listener({ protocol: "TCP", port: 80 })))).join(),
      /TCP on port 80/,
    );
    const rule = named("rule", "aws:lb/listenerRule:ListenerRule", {
      listenerArn: "arn:http",
      actions: [{ type: "forward" }],
    });
    assert.match((await judge(...[http, rule].map(inProduction))).join(), /rule .*doesn't redirect/);
  });

  it("knows classic balancers", async () => {
    const classic = (lbProtocol: string, lbPort: number) =>
      inProduction(
        named("classic", "aws:elb/loadBalancer:LoadBalancer", {
          name: "classic",
          listeners: [{ lbProtocol, lbPort }],
        }),
      );
    assert.match((await judge(classic("http", 80))).join(), /listeners\[0\] serves HTTP on port 80/);
    assert.match((await judge(classic("https", 443))).join(), /demands TLS 1\.2/);
    const policy = named("policy", "aws:elb/loadBalancerPolicy:LoadBalancerPolicy", {
      loadBalancerName: "classic",
      policyAttributes: [{ name: "Reference-Security-Policy", value: "ELBSecurityPolicy-TLS-1-2-2017-01" }],
    });
    assert.deepEqual(await judge(classic("https", 443), policy), []);
  });
});
