import assert from "node:assert/strict";
import { changed, holds, judgeBy, resource } from "../pack.ts";
import { container, DEPLOYMENT, deployment, everywhere, pod } from "../workloads.ts";

describe("policies on containers", () => {
  everywhere("containers-no-privilege", [
    ["securityContext.privileged", true, /ontainers\[0\] "web" has privileged true/],
    ["securityContext.allowPrivilegeEscalation", undefined, /allowPrivilegeEscalation unset/],
    ["securityContext.procMount", "Unmasked", /procMount "Unmasked"/],
    ["securityContext.windowsOptions", { hostProcess: true }, /windowsOptions\.hostProcess true/],
    ["securityContext.seccompProfile", { type: "Unconfined" }, /seccompProfile\.type "Unconfined"/],
    ["securityContext", undefined, /allowPrivilegeEscalation unset/],
  ]);
  everywhere("containers-read-only-root", [
    ["securityContext.readOnlyRootFilesystem", false, /has readOnlyRootFilesystem false/],
    ["securityContext", undefined, /readOnlyRootFilesystem unset/],
  ]);
  everywhere("containers-drop-capabilities", [
    ["securityContext.capabilities", undefined, /"web" doesn't drop ALL/],
    ["securityContext.capabilities.drop", ["NET_RAW"], /doesn't drop ALL/],
    ["securityContext.capabilities.add", ["NET_BIND_SERVICE", "SYS_ADMIN"], /"web" adds "SYS_ADMIN"/],
  ]);
  everywhere("images-pinned", [
    ["image", "registry.example/web:0.1.0", /"web" has image "registry\.example\/web:0\.1\.0"/],
    ["image", "localhost.example/web:1", /has image "localhost/],
    ["image", undefined, /has image unset/],
  ]);
  everywhere("containers-resources", [
    ["resources", undefined, /no resources\.requests\.cpu; .*requests\.memory; .*limits\.memory/],
    ["resources.limits", { cpu: "1" }, /"web" has no resources\.limits\.memory/],
  ]);
  holds("containers-probes", DEPLOYMENT, deployment, [
    ["spec.template.spec.containers.0.startupProbe", undefined, /"web" has no startupProbe/],
    ["spec.template.spec.containers.0.livenessProbe", undefined, /has no livenessProbe/],
    ["spec.template.spec.containers.0.readinessProbe", undefined, /has no readinessProbe/],
  ]);
  holds("pods-no-host-access", DEPLOYMENT, deployment, [
    ["spec.template.spec.hostNetwork", true, /spec\.template\.spec\.hostNetwork is true/],
    ["spec.template.spec.hostPID", true, /hostPID is true/],
    ["spec.template.spec.hostIPC", true, /hostIPC is true/],
    ["spec.template.spec.volumes.0", { name: "x", hostPath: { path: "/" } }, /volumes\[0\] is a hostPath/],
    ["spec.template.spec.containers.0.ports", [{ containerPort: 1, hostPort: 80 }], /"web" has hostPort 80/],
  ]);

  it("judge ephemeral containers, but for the resources that they can't have", async () => {
    const { resources: _, ...bare } = container;
    const debugged = { spec: { ...pod, ephemeralContainers: [{ ...bare, name: "debug" }] } };
    const judged = (policy: string, spec: object) =>
      judgeBy(policy)(resource("kubernetes:core/v1:Pod", { ...spec }));
    assert.deepEqual(await judged("containers-resources", debugged), []);
    const root = changed(debugged, "spec.ephemeralContainers.0.securityContext.privileged", true);
    assert.match((await judged("containers-no-privilege", root)).join(), /ephemeralContainers\[0\] "debug"/);
  });

  it("let a test cluster use what was pushed to its own machine's registry", async () => {
    const local = changed(
      deployment,
      "spec.template.spec.containers.0.image",
      "localhost:5001/trizone/web:ci",
    );
    assert.deepEqual(await judgeBy("images-pinned")(resource(DEPLOYMENT, local)), []);
  });

  it("ask nothing of a placeholder that it can't answer", async () => {
    const paused = changed(deployment, "spec.template.spec.containers", [
      { name: "pause", image: `registry.k8s.io/pause:3.10@sha256:${"b".repeat(64)}` },
    ]);
    assert.deepEqual(await judgeBy("containers-probes")(resource(DEPLOYMENT, paused)), []);
  });

  const release = {
    chart: "aws-load-balancer-controller",
    version: "1.13.4",
    values: { admin: { existingSecret: "grafana-admin" } },
  };
  holds("images-pinned", "kubernetes:helm.sh/v3:Release", release, [
    ["version", undefined, /chart "aws-load-balancer-controller" has version unset/],
    ["version", "^1.13.0", /has version "\^1\.13\.0"/],
  ]);
});
