import * as pulumi from "@pulumi/pulumi";

class Thing extends pulumi.CustomResource {
  declare readonly size: pulumi.Output<unknown>;
  constructor(name: string, props: pulumi.Inputs = {}, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { size: undefined, ...props }, opts);
  }
}
class Group extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, {}, opts);
  }
}
const look = (args: pulumi.Inputs, dependsOn: pulumi.Resource[] = []) =>
  pulumi.runtime.invokeOutput<{ at: string }>("test:index:look", args, { dependsOn });

// What a function says is known where all that it depends on is: in a preview no resource is created.
const network = new Thing("network", { size: "large" });
const empty = new Group("empty");
const full = new Group("full");
new Thing("inside", {}, { parent: new Group("inner", { parent: full }) });
new Thing("plain", { from: look({ at: "here" }).at });
new Thing("of-network", { from: look({ at: "here" }, [network]).at, size: "small" });
new Thing("of-empty", { from: look({ at: "here" }, [empty]).at });
new Thing("of-full", { from: look({ at: "here" }, [full]).apply(({ at }) => at) });
new Thing("of-argument", { from: look({ at: network.urn }).at });
new Thing("of-unknown", { from: look({ at: network.id }).at });

// What is read by an id that isn't known yet is unknown altogether, whatever the program says of it.
const late = new Thing("late", { size: 3 }, { id: network.id });
const read = new Thing("read", { size: 3 }, { id: "there" });
new Thing("of-late", { size: late.size });
new Thing("of-read", { size: read.size });
late.size.apply(() => new Thing("never"));

// A transform sees outputs, and what it returns is recorded property by property.
pulumi.runtime.registerResourceTransform(({ type, name, props, opts }) =>
  type === "test:index:Thing" && name.startsWith("stack-")
    ? { props: { ...props, added: network.urn, addedId: network.id }, opts: pulumi.mergeOptions(opts, { dependsOn: empty }) }
    : undefined,
);
const adding: pulumi.ResourceTransform = ({ props, opts }) => {
  const outputs = Object.keys(props).filter((key) => pulumi.Output.isInstance(props[key]));
  const added = { keyUrn: network.urn, keyId: network.id, password: pulumi.secret("x"), outputs: outputs.sort() };
  return { props: { ...props, ...added }, opts };
};
const args = { one: 1, text: network.urn, ref: network.id, hidden: pulumi.secret({ a: 1 }), list: [1, network.id] };
new Thing("own", args, { transforms: [adding], dependsOn: [empty] });
new Thing("kept", args, { transforms: [() => undefined] });
new Thing("stack-only", args);
new Thing("stack-own", args, { transforms: [({ props: { one, ...props }, opts }) => ({ props, opts })] });
const parent = new Group("parent", { transforms: [({ props, opts }) => ({ props: { ...props, more: true }, opts })] });
const child = new Thing("child", args, { parent });
new Thing("reader", { of: child.id, urn: child.urn });

pulumi.runtime.registerInvokeTransform(({ token, args, opts }) =>
  token === "test:index:look" ? { args: { ...args, more: "yes" }, opts: { ...opts, version: "1.2.3" } } : undefined,
);
