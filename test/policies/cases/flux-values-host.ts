// refuse pods-no-host-access | the values of a chart that Flux installs ask for the node's network
import * as k8s from "@pulumi/kubernetes";

new k8s.apiextensions.CustomResource("agent", {
  apiVersion: "helm.toolkit.fluxcd.io/v2",
  kind: "HelmRelease",
  spec: { chart: { spec: { chart: "agent", version: "1.2.3" } }, values: { daemon: { hostNetwork: true } } },
});
