import { display, read, resourceRule } from "../shared/index.ts";

/** By type, where the options of the instance metadata service stand. */
const OPTIONS: Record<string, string[]> = {
  "aws:ec2/launchTemplate:LaunchTemplate": ["metadataOptions"],
  "aws:ec2/launchConfiguration:LaunchConfiguration": ["metadataOptions"],
  "aws:ec2/instance:Instance": ["metadataOptions"],
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": ["metadataOptions"],
  "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": [],
  "aws-native:ec2:LaunchTemplate": ["launchTemplateData", "metadataOptions"],
};

/** A server that is made to fetch an address of an attacker's choice doesn't give its role's credentials away. */
export const instanceMetadata = resourceRule({
  name: "instance-metadata",
  description:
    "Instances answer for their metadata, and their role's credentials, to a session's token only.",
  severity: "high",
  verdict: "gives its role's credentials to whoever can make it fetch an address (IMDSv1)",
  fix: "Set metadataOptions.httpTokens to required, or httpEndpoint to disabled.",
  judge: ({ type, props }) => {
    const path = OPTIONS[type];
    if (!path || read(props, ...path, "httpEndpoint") === "disabled") return [];
    const tokens = read(props, ...path, "httpTokens");
    return tokens === "required" ? [] : [`${[...path, "httpTokens"].join(".")} is ${display(tokens)}`];
  },
});
