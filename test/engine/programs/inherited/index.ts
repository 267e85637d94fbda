import * as pulumi from "@pulumi/pulumi";

class Thing extends pulumi.CustomResource {
  constructor(name: string, props: pulumi.Inputs = {}, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, props, opts);
  }
}
class Group extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, {}, opts);
  }
}
class TestProvider extends pulumi.ProviderResource {
  constructor(name: string, props: pulumi.Inputs, opts?: pulumi.ResourceOptions) {
    super("test", name, props, opts);
  }
}

const cluster = new Thing("cluster");
const group = new Group("group", { retainOnDelete: true, protect: true, deletedWith: cluster });
const inner = new Group("inner", { parent: group });
new Thing("disk", {}, { parent: inner });
new Thing("cache", {}, { parent: inner, retainOnDelete: false, protect: false });
const table = new Thing("table", {}, { parent: group, deletedWith: new Thing("other") });
new Thing("row", {}, { parent: table });
// What the parent's transforms say is inherited as well.
const changed = new Group("changed", {
  transforms: [({ name, props, opts }) => (name === "changed" ? { props, opts: { ...opts, retainOnDelete: true } } : undefined)],
});
new Thing("below", {}, { parent: changed });

const versioned = new TestProvider("versioned", { zone: "a" }, { version: "1.2.3" });
new TestProvider("plain", { zone: "b" });
const managed = new Thing("managed", {}, { provider: versioned });
new Thing("part", {}, { parent: managed });
new Thing("part-of-default", {}, { parent: cluster, version: "2.0.0" });
