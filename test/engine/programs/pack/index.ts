import { PolicyPack } from "@pulumi/policy";
import { asset } from "@pulumi/pulumi";

const isThing = (type: string) => type === "test:index:Thing";

new PolicyPack("fixture-pack", {
  enforcementLevel: "advisory",
  policies: [
    {
      name: "reveals",
      description: "Shows what a policy sees.",
      enforcementLevel: "mandatory",
      validateResource: (args, report) => {
        if (args.name !== "full") return;
        const { opts, provider, props, urn, type } = args;
        report(JSON.stringify({ opts, provider, props, urn, type, tags: Object.fromEntries(args.stackTags) }));
      },
    },
    {
      name: "sees-assets",
      description: "Knows assets and references.",
      validateResource: (args, report) => {
        const { file, archive, nested } = args.props;
        if (args.name === "thing") {
          report(`${asset.Asset.isInstance(file)} ${asset.Archive.isInstance(archive)} ${nested.list[0]}`);
        }
        if (args.name === "remote") report(`thing is ${args.props.thing}`);
      },
    },
    {
      name: "asked",
      description: "Is configured.",
      configSchema: { properties: { word: { type: "string", default: "unset" } } },
      validateResource: (args, report) => {
        if (args.type === "pulumi:pulumi:Stack") report(`word is ${args.getConfig<{ word: string }>().word}`);
      },
    },
    {
      name: "renames",
      description: "Adds a mark.",
      enforcementLevel: "remediate",
      remediateResource: (args) => (isThing(args.type) && !args.props.mark ? { ...args.props, mark: "added" } : undefined),
      validateResource: (args, report) => {
        if (isThing(args.type) && !args.props.mark) report("has no mark");
      },
    },
    {
      name: "off",
      description: "Is never heard.",
      enforcementLevel: "disabled",
      validateResource: (_args, report) => report("off"),
    },
    {
      name: "unknown",
      description: "Trips over what is unknown.",
      enforcementLevel: "mandatory",
      validateResource: (args, report) => {
        if (args.props.computedFrom && args.props.computedFrom.length > 3) report("too long");
      },
    },
    {
      name: "throws",
      description: "Throws when it is set to.",
      validateResource: (args) => {
        if (args.getConfig<{ on?: boolean }>().on) throw new Error(`policy is broken on ${args.name}`);
      },
    },
    {
      name: "exits",
      description: "Ends the pack when it is set to.",
      validateResource: (args) => {
        if (args.getConfig<{ on?: boolean }>().on) process.exit(3);
      },
    },
    {
      name: "dawdles",
      description: "Takes for ever when it is set to.",
      validateResource: async (args) => {
        if (args.getConfig<{ on?: boolean }>().on) await new Promise(() => undefined);
      },
    },
    {
      name: "stack",
      description: "Sees the finished stack.",
      validateStack: (args, report) => {
        const leaf = args.resources.find(({ name }) => name === "leaf");
        if (!leaf) return;
        const names = (resources: { name: string }[]) => resources.map(({ name }) => name).sort();
        report(
          JSON.stringify({
            resources: names(args.resources),
            computed: leaf.props.computed,
            parent: leaf.parent?.name,
            dependencies: names(leaf.dependencies),
            from: names(leaf.propertyDependencies.from),
          }),
        );
        report("about a resource", leaf.urn);
      },
    },
  ],
});
