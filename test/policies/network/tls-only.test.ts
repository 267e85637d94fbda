import { holds } from "../pack.ts";

describe("policy tls-only", () => {
  const POLICY = "tls-only";
  holds(
    POLICY,
    "aws:lb/listener:Listener",
    { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" },
    [
      ["sslPolicy", undefined, /sslPolicy is unset/],
      ["sslPolicy", "ELBSecurityPolicy-2016-08", /sslPolicy is "ELBSecurityPolicy-2016-08"/],
      ["sslPolicy", "ELBSecurityPolicy-TLS13-1-0-2021-06", /sslPolicy is/],
    ],
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
});
