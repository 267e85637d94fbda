import assert from "node:assert/strict";
import { awsProvider, holds, judgeBy, resource } from "../pack.ts";

const tags = { DataSovereignty: "AU", Compliance: "ASIC" };

describe("policy aws-tags", () => {
  holds("aws-tags", "aws:s3/bucket:Bucket", { tags }, [
    ["tags", undefined, /the tag DataSovereignty is unset; the tag Compliance is unset/],
    ["tags.Compliance", undefined, /the tag Compliance is unset\. Give it/],
    ["tags.DataSovereignty", "US", /the tag DataSovereignty is "US"/],
  ]);
  holds("aws-tags", "eks:index:Cluster", { tags }, [["tags", undefined, /DataSovereignty is unset/]]);
  holds("aws-tags", "awsx:ec2:Vpc", { tags }, [["tags", undefined, /DataSovereignty is unset/]]);
  const list = [
    { key: "DataSovereignty", value: "AU" },
    { key: "Compliance", value: "ASIC" },
  ];
  holds("aws-tags", "aws:autoscaling/group:Group", { tags: list }, [["tags.1", {}, /Compliance is unset/]]);

  const judge = judgeBy("aws-tags");

  it("asks for none where a resource can have none, and for all where nobody knows", async () => {
    const bare = ["aws:iam/rolePolicy:RolePolicy", "aws:ec2/route:Route", "awsx:ecr:Image"];
    assert.deepEqual(await judge(...bare.map((type) => resource(type, {}))), []);
    assert.equal((await judge(resource("aws:new/thing:Thing", {}))).length, 1);
  });

  it("takes its provider's default tags, which AWS's provider puts on everything but Auto Scaling groups", async () => {
    const provider = awsProvider("ap-southeast-2");
    const role = () => resource("aws:iam/role:Role", {});
    assert.equal((await judge(provider, role())).length, 1);
    provider.inputs.defaultTags = JSON.stringify({ tags });
    assert.deepEqual(await judge(provider, role()), []);
    assert.equal((await judge(provider, resource("aws:autoscaling/group:Group", {}))).length, 1);
    const other = resource("aws:iam/role:Role", { tags: { DataSovereignty: "US" } });
    assert.match((await judge(provider, other)).join(), /DataSovereignty is "US"/);
    provider.inputs.defaultTags = JSON.stringify({ tags: { DataSovereignty: "AU" } });
    assert.match((await judge(provider, role())).join(), /Compliance is unset/);
  });

  it("takes the default tags of all of a stack's providers for a component's", async () => {
    const provider = awsProvider("ap-southeast-2");
    assert.equal((await judge(provider, resource("awsx:ec2:Vpc", {}))).length, 1);
    const tagged = awsProvider("ap-southeast-2");
    tagged.inputs.defaultTags = JSON.stringify({ tags });
    assert.deepEqual(await judge(tagged, resource("awsx:ec2:Vpc", {})), []);
    const other = { ...awsProvider("ap-southeast-2"), urn: `${provider.urn}-other` };
    assert.equal((await judge({ ...tagged }, other, resource("awsx:ec2:Vpc", {}))).length, 1);
  });
});
