import { read, resourceRule } from "../shared/index.ts";

/** Resources that are a key of a user, which works until somebody withdraws it. */
const KEYS: Record<string, string> = {
  "aws:iam/accessKey:AccessKey": "an access key",
  "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": "a service's password",
  "aws:iam/userLoginProfile:UserLoginProfile": "a password for the console",
  "aws-native:iam:AccessKey": "an access key",
};

/** A key that leaks from a laptop or a pipeline works for whoever finds it; a role's credentials end within hours. */
export const noLongLivedKeys = resourceRule({
  name: "no-long-lived-keys",
  description: "No IAM user has an access key or a password that works until it is withdrawn.",
  severity: "high",
  verdict: "works for whoever finds it until it is withdrawn",
  fix: "Use a role: Pod Identity for pods, an OIDC provider for pipelines, the identity centre for people.",
  judge: ({ type, props }) => {
    const what = KEYS[type];
    return what && read(props, "status") !== "Inactive" ? [`it is ${what}`] : [];
  },
});
