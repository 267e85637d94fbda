import * as pulumi from "@pulumi/pulumi";

class Thing extends pulumi.CustomResource {
  constructor(name: string, props: pulumi.Inputs = {}, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, props, opts);
  }
}
const mark = (by: string) => async (args: pulumi.ResourceTransformArgs) => ({
  props: { ...args.props, visited: [...((args.props.visited as string[]) ?? []), by] },
  opts: args.opts,
});

pulumi.runtime.registerResourceTransform(mark("stack 1"));
pulumi.runtime.registerResourceTransform(mark("stack 2"));
pulumi.runtime.registerInvokeTransform(async (args) => ({ args: { ...args.args, added: true }, opts: args.opts }));

class Group extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, {}, opts);
  }
}
const outer = new Group("outer", { transforms: [mark("outer")] });
const inner = new Group("inner", { parent: outer, transforms: [mark("inner")] });
new Thing("leaf", { secret: pulumi.secret("s") }, {
  parent: inner,
  protect: true,
  transforms: [mark("own 1"), mark("own 2")],
  transformations: [(args) => ({ props: { ...args.props, legacy: true }, opts: args.opts })],
});
new Thing("changed", { drop: "d", keep: "k" }, {
  transforms: [
    async (args) => {
      const { drop, ...props } = args.props;
      return { props, opts: { ...args.opts, protect: true, ignoreChanges: ["keep"], dependsOn: [outer] } };
    },
  ],
});
new Thing("untouched", {}, { transforms: [async () => undefined] });

export const seen = pulumi.runtime.invokeOutput<{ args: unknown }>("test:index:echo", { given: 1 });
