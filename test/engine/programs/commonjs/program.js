const pulumi = require("@pulumi/pulumi");

module.exports = async () => {
  const config = new pulumi.Config();
  const thing = new pulumi.CustomResource("test:index:Thing", "thing", {
    size: config.requireNumber("size"),
    list: config.requireObject("list"),
    computed: undefined,
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    computed: thing.computed,
    stack: pulumi.getStack(),
    organization: pulumi.getOrganization(),
    project: pulumi.getProject(),
    preview: pulumi.runtime.isDryRun(),
    setting: process.env.SETTING,
  };
};
