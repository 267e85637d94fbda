// refuse production-multi-az | search in one zone
import * as aws from "@pulumi/aws";

new aws.opensearch.Domain("search", {
  engineVersion: "OpenSearch_2.19",
  clusterConfig: { instanceType: "r7g.large.search", instanceCount: 3 },
});
