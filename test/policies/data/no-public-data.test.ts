import { holds, UNKNOWN } from "../pack.ts";

const document = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

describe("policies on public access", () => {
  holds(
    "no-public-database",
    "aws:rds/instance:Instance",
    { publiclyAccessible: false, dbSubnetGroupName: "isolated" },
    [
      ["publiclyAccessible", true, /publiclyAccessible is true/],
      ["publiclyAccessible", UNKNOWN, /publiclyAccessible is not known/],
      ["dbSubnetGroupName", undefined, /default VPC's public subnets/],
    ],
  );
  holds(
    "no-public-database",
    "eks:index:Cluster",
    { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] },
    [
      ["publicAccessCidrs", undefined, /public endpoint is open, and publicAccessCidrs unset/],
      ["publicAccessCidrs.0", "0.0.0.0/0", /publicAccessCidrs has "0\.0\.0\.0\/0"/],
    ],
  );
  holds(
    "no-public-bucket",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    [
      ["blockPublicPolicy", false, /blockPublicPolicy is false/],
      ["restrictPublicBuckets", undefined, /restrictPublicBuckets is unset/],
    ],
  );
  holds("no-public-bucket", "aws:s3/bucketAcl:BucketAcl", { acl: "private" }, [
    ["acl", "public-read", /acl is "public-read"/],
  ]);
  const statement = {
    Effect: "Allow",
    Principal: { Service: "cloudtrail.amazonaws.com" },
    Action: "s3:Get*",
  };
  holds("no-public-bucket", "aws:s3/bucketPolicy:BucketPolicy", { policy: document(statement) }, [
    [
      "policy",
      document({ ...statement, Sid: "All", Principal: "*" }),
      /statement 1 \("All"\) allows everybody/,
    ],
    ["policy", document({ ...statement, Principal: { AWS: "*" } }), /statement 1 allows everybody/],
  ]);
});
