// refuse no-arbitrary-code | a dynamic provider runs with the rights of who deploys
import * as pulumi from "@pulumi/pulumi";

const provider: pulumi.dynamic.ResourceProvider = { create: async () => ({ id: "user", outs: {} }) };
class User extends pulumi.dynamic.Resource {
  constructor(name: string) {
    super(provider, name, {});
  }
}
new User("reporting");
