import * as pulumi from "@pulumi/pulumi";

class Thing extends pulumi.CustomResource {
  declare readonly computed: pulumi.Output<string>;
  static get(name: string, id: pulumi.Input<pulumi.ID>) {
    return new Thing(name, { hint: "h" }, { id });
  }
  constructor(name: string, props: pulumi.Inputs = {}, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { computed: undefined, ...props }, opts);
  }
  describe() {
    return pulumi.runtime.call<{ text: string }>("test:index:Thing/describe", { __self__: this, loud: true }, this);
  }
}
class Remote extends pulumi.ComponentResource {
  declare readonly endpoint: pulumi.Output<string>;
  constructor(name: string, args: pulumi.Inputs) {
    super("test:index:Remote", name, { endpoint: undefined, ...args }, {}, true);
  }
}

const config = new pulumi.Config();
const token = config.requireSecret("token");
const thing = new Thing("thing", {
  nested: { list: [token, "open"] },
  file: new pulumi.asset.FileAsset("./Pulumi.yaml"),
  text: new pulumi.asset.StringAsset("hello"),
  archive: new pulumi.asset.AssetArchive({ "a.txt": new pulumi.asset.StringAsset("a"), dir: new pulumi.asset.FileArchive(".") }),
  unset: undefined,
  nothing: null,
});
const remote = new Remote("remote", { thing, url: pulumi.interpolate`https://${token}` });
const read = Thing.get("read", "id-1");
const other = new pulumi.StackReference("organization/network/prod");
const looked = pulumi.runtime.invokeOutput<{ answer: number }>("test:index:look", { at: thing.computed, key: token });
const stash = new pulumi.Stash("stash", { input: { kept: true } });
const hook = new pulumi.ResourceHook("note", (args) => console.log(`hooked ${args.name} ${args.id ?? ""}`));
new Thing("hooked", {}, { hooks: { beforeCreate: [hook], afterCreate: [hook] } });

export const text = thing.describe().text;
export const endpoint = remote.endpoint;
export const readComputed = read.computed;
export const vpc = other.requireOutput("vpc");
export const key = other.requireOutput("key");
export const answer = looked.answer;
export const reference = thing;
export const kept = stash.output;
export const plainToken = pulumi.unsecret(token).apply((value) => value.length);
