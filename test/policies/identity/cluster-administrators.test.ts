import assert from "node:assert/strict";
import { holds, judgeBy, resource } from "../pack.ts";

const RBAC = "kubernetes:rbac.authorization.k8s.io/v1";

describe("policies on keys and on a cluster's administrators", () => {
  const bound = (subject: object, name = "cluster-admin") => ({
    roleRef: { kind: "ClusterRole", name },
    subjects: [subject],
  });
  const group = (name: string) => ({ kind: "Group", name });
  holds("cluster-administrators", `${RBAC}:ClusterRoleBinding`, bound(group("platform-engineers")), [
    ["subjects", [group("system:unauthenticated")], /binds cluster-admin to system:unauthenticated/],
    ["subjects", [{ kind: "User", name: "system:anonymous" }], /system:anonymous/],
    ["subjects", [group("system:serviceaccounts:trading")], /system:serviceaccounts:trading/],
    [
      "subjects",
      [{ kind: "ServiceAccount", name: "ci", namespace: "ci" }],
      /service account ci an administrator/,
    ],
  ]);
  const rule = { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] };
  holds("cluster-administrators", `${RBAC}:ClusterRole`, { rules: [rule] }, [
    ["rules.0", { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }, /rules\[0\] allows everything/],
    ["rules.0.verbs", ["impersonate"], /take other roles or users/],
  ]);

  it("let everybody see what Kubernetes shows to all", async () => {
    const inputs = bound(group("system:unauthenticated"), "system:public-info-viewer");
    const binding = resource(`${RBAC}:ClusterRoleBinding`, inputs);
    assert.deepEqual(await judgeBy("cluster-administrators")(binding), []);
  });

  holds("no-long-lived-keys", "aws:iam/accessKey:AccessKey", { user: "ci", status: "Inactive" }, [
    ["status", undefined, /it is an access key/],
  ]);
});
