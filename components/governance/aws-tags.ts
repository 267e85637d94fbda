import * as pulumi from "@pulumi/pulumi";

/** What auditors look for: on every resource by the provider, and on those that policies judge by their arguments. */
const TAGS = { DataSovereignty: "AU", Compliance: "ASIC" };

/** The tags of everything that this stack makes on AWS. */
export function awsTags(): Record<string, string> {
  return { ...TAGS, Project: pulumi.getProject(), Stack: pulumi.getStack() };
}
