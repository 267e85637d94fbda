import * as pulumi from "@pulumi/pulumi";

interface Deep {
  text: string;
}

class Thing extends pulumi.CustomResource {
  constructor(name: string, props: pulumi.Inputs = {}) {
    super("test:index:Thing", name, props);
  }
}
function deep(what: Deep): never {
  throw new TypeError(what.text);
}
const faults: Record<string, () => unknown> = {
  throws: () => deep({ text: "thrown deep inside" }),
  spins: () => {
    for (;;) Math.random();
  },
  refused: () => new Thing("refused"),
};

faults[new pulumi.Config().require("fault")]?.();
