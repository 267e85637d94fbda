import { entries, items, type Part, read, UNKNOWN } from "../shared/index.ts";

/** The environment variables that a resource of AWS gives to a program that isn't in a pod. */
export interface Environment {
  path: string;
  variables: [name: string, value: unknown][];
}

/** Where they are, by type: a map of them, or a list of names and values. `[]` stands for each item of a list. */
const ENVIRONMENTS: Record<string, string[]> = {
  "aws:lambda/function:Function": ["environment.variables"],
  "aws:codebuild/project:Project": ["environment.environmentVariables"],
  "aws:amplify/app:App": ["environmentVariables"],
  "aws:amplify/branch:Branch": ["environmentVariables"],
  "aws:apprunner/service:Service": [
    "sourceConfiguration.imageRepository.imageConfiguration.runtimeEnvironmentVariables",
    "sourceConfiguration.codeRepository.codeConfiguration.codeConfigurationValues.runtimeEnvironmentVariables",
  ],
  "aws:elasticbeanstalk/environment:Environment": ["settings"],
  "aws:glue/job:Job": ["defaultArguments", "nonOverridableArguments"],
  "aws:sagemaker/model:Model": ["primaryContainer.environment", "containers[].environment"],
  "aws:emrserverless/application:Application": ["runtimeConfigurations[].properties"],
};

/** Texts that start a machine, which everybody on it can read again; some are in base64. */
const TEXTS: Record<string, string[]> = {
  "aws:ec2/instance:Instance": ["userData", "userDataBase64"],
  "aws:ec2/launchTemplate:LaunchTemplate": ["userData"],
  "aws:ec2/launchConfiguration:LaunchConfiguration": ["userData", "userDataBase64"],
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": ["userData", "userDataBase64"],
};

export function environmentsOf(type: string, props: unknown): Environment[] {
  if (type === "aws:ssm/parameter:Parameter" && read(props, "type") !== "SecureString") {
    const [name, value] = [String(read(props, "name")), read(props, "value")];
    return [{ path: "a parameter that isn't a SecureString", variables: [[name, value]] }];
  }
  return (ENVIRONMENTS[type] ?? []).flatMap((pattern) =>
    at(props, pattern.split(".")).flatMap((value) => {
      // What an application keeps in Secrets Manager or Parameter Store is named by its kind.
      const list = items(value).filter(
        (one) => !/^(SECRETS_MANAGER|PARAMETER_STORE)$/.test(String(read(one, "type"))),
      );
      const variables = Array.isArray(value)
        ? list.map((one): [string, unknown] => [String(read(one, "name")), read(one, "value")])
        : entries(value).map(([name, item]): [string, unknown] => [name.replace(/^--/, ""), item]);
      return [{ path: pattern, variables }];
    }),
  );
}

/** The texts of a resource that run when a machine starts. */
export function textsOf(type: string, props: unknown): (Part & { value: string })[] {
  return (TEXTS[type] ?? []).flatMap((path) => {
    const value = read(props, path);
    if (typeof value !== "string" || value === "") return [];
    const isEncoded = /^[A-Za-z0-9+/\s]+=*\s*$/.test(value) && !value.includes(" ");
    return [{ path, value: isEncoded ? Buffer.from(value, "base64").toString("utf8") : value }];
  });
}

function at(value: unknown, [key, ...rest]: string[]): unknown[] {
  if (key === undefined) return value === undefined || value === UNKNOWN ? [] : [value];
  const name = key.replace("[]", "");
  const below = read(value, name);
  return key.endsWith("[]") ? items(below).flatMap((item) => at(item, rest)) : at(below, rest);
}
