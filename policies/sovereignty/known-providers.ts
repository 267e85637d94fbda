import { items, read, resourceRule } from "../shared/index.ts";

/** Packages whose resources the policies know, or which keep nothing outside the program's state; code is another policy's. */
const KNOWN = [
  ...["aws", "aws-native", "awsx", "eks", "kubernetes", "docker", "docker-build"],
  ...["pulumi", "tls", "random", "time", "std", "null", "archive"],
  ...["command", "pulumi-nodejs", "pulumi-python"],
];

/** Packages of components, which make resources of these. */
const COMPONENTS = /^(aws|kubernetes|synced)-/;

/** What a provider that no policy knows does with data, nobody can judge. */
export const knownProviders = resourceRule({
  name: "known-providers",
  description: "Resources are of providers that these policies know.",
  severity: "high",
  verdict: "can't be judged",
  fix: "Use a resource of AWS's or Kubernetes' provider, or name the package in the policy's setting packages once somebody has looked at what it does.",
  configSchema: {
    properties: {
      packages: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Packages beside those that the policies know, such as datadog.",
      },
    },
  },
  judge: ({ type, provider, getConfig }) => {
    const known = new Set([...KNOWN, ...items(read(getConfig(), "packages")).map(String)]);
    const name = /^pulumi:providers:([\w-]+)/.exec(type)?.[1] ?? (provider ? type.split(":")[0] : undefined);
    return name === undefined || known.has(name) || COMPONENTS.test(name)
      ? []
      : [`no policy knows the provider ${name}`];
  },
});
