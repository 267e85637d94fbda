import * as pulumi from "@pulumi/pulumi";

class Thing extends pulumi.CustomResource {
  declare readonly computed: pulumi.Output<string>;
  constructor(name: string, props: pulumi.Inputs = {}, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { computed: undefined, ...props }, opts);
  }
}
class Group extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, {}, opts);
  }
}
class TestProvider extends pulumi.ProviderResource {
  constructor(name: string, props: pulumi.Inputs) {
    super("test", name, props);
  }
}

const explicit = new TestProvider("explicit", { zone: "a" });
const inherited = new TestProvider("inherited", { zone: "b" });
const first = new Thing("first", {}, { provider: explicit, protect: true, retainOnDelete: true });
const group = new Group("group", { providers: { test: inherited } });
const inner = new Group("inner", { parent: group });
new Thing("leaf", { from: first.computed, plain: 1 }, { parent: inner, dependsOn: [group, first] });
new Thing(
  "full",
  { password: "in the clear", echoed: pulumi.secret("hidden") },
  {
    aliases: [{ name: "former" }, "urn:pulumi:dev::options::test:index:Thing::older", { parent: pulumi.rootStackResource }],
    ignoreChanges: ["size", "tags[0]"],
    replaceOnChanges: ["zone"],
    deleteBeforeReplace: true,
    deletedWith: first,
    additionalSecretOutputs: ["password"],
    customTimeouts: { create: "1h30m", delete: "90s" },
    version: "1.2.3",
  },
);
new Thing("adopted", {}, { import: "existing-id", deleteBeforeReplace: false });
setTimeout(() => new Thing("late"), 50);
