import assert from "node:assert/strict";
import type { Graph, Resource } from "../../../engine/index.ts";
import { reveal } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test reaches into what a resource happens to have
type Any = any;

const ISSUER = "kubernetes:cert-manager.io/v1:ClusterIssuer";
const CERTIFICATE = "kubernetes:cert-manager.io/v1:Certificate";
const RELEASE = "kubernetes:helm.sh/v3:Release";
const PODS = ["kubernetes:apps/v1:Deployment", "kubernetes:batch/v1:CronJob", "kubernetes:batch/v1:Job"];

for (const stack of ["dev", "prod"]) {
  describe(`the pods' certificate authority on stack ${stack}`, () => {
    let graph: Graph;
    before(async () => {
      graph = await graphOf(stack);
    });

    const named = (type: string, name: string): Resource => {
      const [found] = ofType(graph, type).filter((one) => one.name === name);
      assert.ok(found, `no ${type} ${name}`);
      return found;
    };
    const values = (name: string) => inputsOf(graph, RELEASE, `pod-authority-${name}`).values;

    it("signs by a root of the cluster's own, whose key lies where cert-manager looks for it", () => {
      const root = inputsOf(graph, CERTIFICATE, "pod-authority-root");
      const issuer = inputsOf(graph, ISSUER, "pod-authority-issuer");
      assert.equal(root.spec.isCA, true);
      assert.deepEqual(issuer.spec, { ca: { secretName: root.spec.secretName } });
      // The secret of a ClusterIssuer is read from the namespace of cert-manager itself, and from no other.
      const manager = inputsOf(graph, RELEASE, "pod-authority-cert-manager");
      assert.equal(root.metadata.namespace, manager.namespace);
      const selfSigned = inputsOf(graph, ISSUER, "pod-authority-self-signed");
      assert.deepEqual(selfSigned.spec, { selfSigned: {} });
      assert.deepEqual(root.spec.issuerRef, {
        ...{ kind: "ClusterIssuer", group: "cert-manager.io" },
        name: selfSigned.metadata.name,
      });
    });

    it("renews the root long before a certificate that it signed would outlive it", () => {
      const { duration, renewBefore, privateKey } = inputsOf(graph, CERTIFICATE, "pod-authority-root").spec;
      const hours = (text: string) => Number(/^(\d+)h$/.exec(text)?.[1]);
      assert.ok(hours(duration) > hours(renewBefore));
      const [longest = Number.NaN] = certificates(graph)
        .map((attributes) => hours(attributes["csi.cert-manager.io/duration"] ?? ""))
        .sort((a, b) => b - a);
      assert.ok(hours(renewBefore) > longest, `${renewBefore}, and pods have ${longest} h`);
      assert.equal(privateKey.algorithm, "ECDSA");
    });

    it("is known to pods once it can sign and each node can hand certificates out", () => {
      const needed = waitedFor(graph, named(ISSUER, "pod-authority-issuer"));
      const steps = [
        named(RELEASE, "pod-authority-cert-manager"),
        named(RELEASE, "pod-authority-cert-manager-csi-driver"),
        named(CERTIFICATE, "pod-authority-root"),
        named(ISSUER, "pod-authority-self-signed"),
      ];
      for (const { urn, name } of steps) assert.ok(needed.has(urn), `the issuer doesn't wait for ${name}`);
      const driver = waitedFor(graph, named(RELEASE, "pod-authority-cert-manager-csi-driver"));
      assert.ok(driver.has(named(RELEASE, "pod-authority-cert-manager").urn));
    });

    it("comes after the way by which its pods' images are pulled", () => {
      const needed = waitedFor(graph, named(RELEASE, "pod-authority-cert-manager"));
      const way = ofType(graph, "aws:ec2/vpcEndpoint:VpcEndpoint");
      assert.ok(way.length > 5);
      for (const { urn, name } of way) assert.ok(needed.has(urn), `cert-manager doesn't wait for ${name}`);
    });

    it("gives every pod that asks for a certificate one of its issuer, which the pod waits for", () => {
      const issuer = named(ISSUER, "pod-authority-issuer");
      const { name } = inputsOf(graph, ISSUER, "pod-authority-issuer").metadata;
      for (const attributes of certificates(graph)) {
        assert.equal(attributes["csi.cert-manager.io/issuer-name"], name);
        assert.equal(attributes["csi.cert-manager.io/issuer-kind"], "ClusterIssuer");
      }
      for (const service of ["web", "gateway", "trading"]) {
        const deployment = named("kubernetes:apps/v1:Deployment", `${service}-deployment`);
        assert.equal(certificatesOf(deployment).length, 1, service);
        assert.ok(waitedFor(graph, deployment).has(issuer.urn), `${service} doesn't wait for the issuer`);
      }
    });

    it("runs under Pod Security's restricted profile, in a namespace that enforces it", () => {
      const { metadata } = inputsOf(graph, "kubernetes:core/v1:Namespace", "pod-authority-namespace");
      assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], "restricted");
      const { namespace } = inputsOf(graph, RELEASE, "pod-authority-cert-manager");
      assert.equal(namespace, metadata.name);
      const all = values("cert-manager");
      for (const pod of [all, all.webhook, all.cainjector]) {
        assert.equal(pod.securityContext.runAsNonRoot, true);
        assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault");
        assert.equal(pod.containerSecurityContext.allowPrivilegeEscalation, false);
        assert.deepEqual(pod.containerSecurityContext.capabilities, { drop: ["ALL"] });
      }
      // The driver mounts into other pods' folders, which the profile forbids.
      assert.notEqual(
        inputsOf(graph, RELEASE, "pod-authority-cert-manager-csi-driver").namespace,
        metadata.name,
      );
    });

    it("goes on signing when a zone is lost, on new nodes before the pods that wait for it", () => {
      const all = values("cert-manager");
      assert.ok(all.webhook.replicaCount >= 3 && all.replicaCount >= 2 && all.cainjector.replicaCount >= 2);
      for (const [app, pod] of [
        ["cert-manager", all],
        ["webhook", all.webhook],
      ]) {
        const [spread] = pod.topologySpreadConstraints;
        assert.equal(spread.topologyKey, "topology.kubernetes.io/zone");
        assert.deepEqual(spread.labelSelector.matchLabels, { "app.kubernetes.io/name": app });
        assert.deepEqual(pod.podDisruptionBudget, { enabled: true, maxUnavailable: 1 });
      }
      assert.equal(values("cert-manager-csi-driver").priorityClassName, "system-node-critical");
      // Without its definitions every certificate in the cluster would go with the release.
      assert.deepEqual(all.crds, { enabled: true, keep: true });
    });
  });
}

/** The attributes of the certificates that pods mount, of all that makes pods. */
function certificates(graph: Graph): Record<string, string>[] {
  const found = PODS.flatMap((type) => ofType(graph, type)).flatMap(certificatesOf);
  assert.ok(found.length >= 3);
  return found;
}

function certificatesOf({ inputs }: Resource): Record<string, string>[] {
  const { spec } = reveal<Any>(inputs);
  const template = spec.jobTemplate?.spec.template ?? spec.template;
  return (template.spec.volumes ?? []).flatMap(({ csi }: Any) =>
    csi?.driver === "csi.cert-manager.io" ? [csi.volumeAttributes] : [],
  );
}

/** URNs of all that a resource waits for, also by way of others. */
function waitedFor(graph: Graph, resource: Resource): Set<string> {
  const byUrn = new Map(graph.resources.map((one) => [one.urn, one]));
  const found = new Set<string>();
  const add = (one: Resource | undefined): void => {
    for (const urn of one?.dependencies ?? []) {
      if (found.has(urn)) continue;
      found.add(urn);
      add(byUrn.get(urn));
    }
  };
  add(resource);
  return found;
}
