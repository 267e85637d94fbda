import * as pulumi from "@pulumi/pulumi";

class Thing extends pulumi.CustomResource {
  constructor(name: string, props: pulumi.Inputs) {
    super("test:index:Thing", name, props);
  }
}
new Thing("all", {
  config: Object.fromEntries(Object.entries(pulumi.runtime.allConfig()).sort()),
  isSecret: pulumi.runtime.isConfigSecret("settings:token"),
  isLive: process.execArgv.includes("--conditions=live"),
});
