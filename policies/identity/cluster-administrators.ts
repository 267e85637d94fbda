import { items, read, resourceRule } from "../shared/index.ts";

const BINDING = /^kubernetes:rbac\.authorization\.k8s\.io\/[^:]+:(Cluster)?RoleBinding(Patch)?$/;
const ROLE = /^kubernetes:rbac\.authorization\.k8s\.io\/[^:]+:(Cluster)?Role(Patch)?$/;

/** Kubernetes' names for whoever has no login, whoever has one, and every pod. */
const ANYBODY = /^system:(anonymous|unauthenticated|authenticated|serviceaccounts)$/;
/** Roles that change what runs in a namespace, or in all. */
const STRONG = ["cluster-admin", "admin", "edit"];
/** What everybody may read by Kubernetes' own bindings: versions and health. */
const PUBLIC_ROLES = ["system:public-info-viewer", "system:discovery", "system:basic-user"];

/** Who takes over a pod, or reaches the API without a login, doesn't get the cluster. */
export const clusterAdministrators = resourceRule({
  name: "cluster-administrators",
  description:
    "No role of the cluster is everybody's, pods aren't its administrators, and no role allows everything.",
  severity: "critical",
  verdict: "gives the cluster away",
  fix: "Bind a role with the verbs and resources that are needed to the one group or service account that needs them.",
  judge: ({ type, props }) => {
    if (BINDING.test(type)) return bound(props);
    return ROLE.test(type) ? items(read(props, "rules")).flatMap(allowed) : [];
  },
});

function bound(props: unknown): string[] {
  const role = String(read(props, "roleRef", "name"));
  if (PUBLIC_ROLES.includes(role)) return [];
  return items(read(props, "subjects")).flatMap((subject) => {
    const [kind, name] = [read(subject, "kind"), String(read(subject, "name"))];
    if (ANYBODY.test(name) && kind !== "ServiceAccount") return [`it binds ${role} to ${name}`];
    if (STRONG.includes(role) && name.startsWith("system:serviceaccounts:"))
      return [`it binds ${role} to ${name}`];
    const pod = kind === "ServiceAccount" || name.startsWith("system:serviceaccount:");
    return role === "cluster-admin" && pod ? [`it makes the service account ${name} an administrator`] : [];
  });
}

function allowed(rule: unknown, index: number): string[] {
  const has = (key: string, ...values: string[]) =>
    items(read(rule, key)).some((one) => values.includes(String(one)));
  if (has("verbs", "*") && has("resources", "*") && has("apiGroups", "*"))
    return [`rules[${index}] allows everything`];
  const named = items(read(rule, "resourceNames")).length > 0;
  return has("verbs", "escalate", "impersonate") && !named
    ? [`rules[${index}] allows to take other roles or users`]
    : [];
}
