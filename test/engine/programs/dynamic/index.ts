import * as pulumi from "@pulumi/pulumi";

const suffix = "!";
const provider: pulumi.dynamic.ResourceProvider = {
  async create(inputs: { text: string }) {
    return { id: "dynamic", outs: { shouted: inputs.text.toUpperCase() + suffix } };
  },
};
class Shout extends pulumi.dynamic.Resource {
  declare readonly shouted: pulumi.Output<string>;
  constructor(name: string, text: string) {
    super(provider, name, { text, shouted: undefined });
  }
}
export const shouted = new Shout("shout", "hello").shouted;
