import assert from "node:assert/strict";
import type { Graph } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

interface Template {
  template: {
    spec: {
      volumes: { name: string; csi?: { driver: string; volumeAttributes: Record<string, string> } }[];
      containers: {
        ports?: { name: string }[];
        env: { name: string; value?: string }[];
        volumeMounts: { name: string; mountPath: string }[];
      }[];
    };
  };
}

describe("serving pods", () => {
  let prod: Graph;
  before(async () => {
    prod = await graphOf("prod");
  });

  const variables = (service: string): Record<string, string> => {
    const { containers } = inputsOf(prod, DEPLOYMENT, `${service}-deployment`).spec.template.spec;
    const given = containers[0].env as { name: string; value?: string }[];
    return Object.fromEntries(given.map(({ name, value = "" }) => [name, value]));
  };

  for (const service of ["web", "gateway", "trading"]) {
    it(`of ${service} serve on while balancers forget them, and end by themselves in time`, () => {
      const { spec } = inputsOf(prod, DEPLOYMENT, `${service}-deployment`).spec.template;
      const before = spec.containers[0].lifecycle.preStop.sleep.seconds;
      const grace = Number(variables(service).TERMINATION_GRACE_MS) / 1000;
      assert.equal(before + grace, spec.terminationGracePeriodSeconds);
      for (const { inputs } of ofType(prod, "aws:lb/targetGroup:TargetGroup")) {
        const { interval, unhealthyThreshold } = inputs.healthCheck as Record<string, number>;
        assert.ok(before >= Number(interval) * Number(unhealthyThreshold), "a balancer has stopped sending");
        assert.ok(Number(inputs.deregistrationDelay) <= spec.terminationGracePeriodSeconds);
      }
    });
  }

  it("of the page may talk to where one signs in, which is not the issuer's origin", () => {
    const { SIGN_IN_ORIGINS, ISSUER } = variables("web");
    const { domain } = inputsOf(prod, "aws:cognito/userPoolDomain:UserPoolDomain");
    assert.equal(SIGN_IN_ORIGINS, `https://${domain}.auth.ap-southeast-2.amazoncognito.com`);
    assert.notEqual(new URL(ISSUER ?? "").origin, SIGN_IN_ORIGINS);
  });

  it("speak HTTPS with a certificate of their own, to balancers and to each other", () => {
    for (const { inputs } of ofType(prod, DEPLOYMENT)) {
      const { metadata, spec } = inputs as { metadata: Record<string, string>; spec: Template };
      const { volumes, containers } = spec.template.spec;
      const [container] = containers;
      if (!container?.ports?.some(({ name }) => name === "http")) continue;
      const certificate = volumes.find(({ csi }) => csi?.driver === "csi.cert-manager.io");
      const path = container.volumeMounts.find(({ name }) => name === certificate?.name)?.mountPath;
      const names = certificate?.csi?.volumeAttributes["csi.cert-manager.io/dns-names"]?.split(",");
      assert.ok(names?.includes(`${metadata.name}.${metadata.namespace}.svc.cluster.local`), metadata.name);
      const env = new Map(container.env.map(({ name, value = "" }) => [name, value]));
      assert.equal(env.get("TLS_PATH"), path);
      assert.equal(env.get("NODE_EXTRA_CA_CERTS"), `${path}/ca.crt`);
      for (const [name, value] of env) {
        if (value.includes(".svc.cluster.local:8080")) assert.match(value, /^https:/, name);
      }
    }
    const groups = ofType(prod, "aws:lb/targetGroup:TargetGroup");
    assert.ok(groups.length > 0);
    for (const { inputs } of groups) assert.equal(inputs.protocol, "HTTPS");
  });

  it("mount a class of secrets that is made once its add-on is there", () => {
    const type = "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass";
    const [secrets] = ofType(prod, type);
    const addOns = ofType(prod, "aws:eks/addon:Addon").filter(({ inputs }) =>
      String(inputs.addonName).includes("secrets-store"),
    );
    assert.equal(addOns.length, 1);
    assert.ok(secrets?.dependencies.includes(addOns[0]?.urn ?? "?"));
  });
});
