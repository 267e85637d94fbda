import { PolicyPack } from "@pulumi/policy";

new PolicyPack("fixture-pack", {
  enforcementLevel: "advisory",
  policies: [
    {
      name: "no-secret-tag",
      description: "Tags hold no secrets.",
      enforcementLevel: "mandatory",
      validateResource: (args, report) => {
        if (args.props.tags?.secret) report(`tag is ${args.props.tags.secret}`);
      },
    },
    {
      name: "stack-size",
      description: "Count.",
      validateStack: (args, report) => report(`${args.resources.length} resources`),
    },
  ],
});
