import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Arrow, Party } from "../../config/allowed-connections.ts";
import { type Transform, transformed } from "../transform.ts";
import { podLabels } from "./pod.ts";

type Policy = k8s.types.input.networking.v1.NetworkPolicySpec;
type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;

export interface NetworkPoliciesArgs {
  namespace: pulumi.Input<string>;
  /** Names of the pods (their label `app.kubernetes.io/name`) that the arrows begin or end at; each gets a policy. */
  pods: string[];
  /** All that may flow, beside names being looked up. */
  arrows: pulumi.Input<Arrow[]>;
  transform?: { policy?: Transform<k8s.networking.v1.NetworkPolicyArgs> };
}

/** Where names are looked up. */
const DNS = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 })),
};

/**
 * What may flow between the pods of a namespace and the rest of the world: the arrows, in both of their ends, and
 * nothing else. Pods that no policy names reach nobody and are reached by nobody. Free of charge; the cluster's network
 * plugin must obey network policies.
 *
 * @example new NetworkPolicies("network", { namespace, pods: ["gateway", "trading"], arrows: [{ from: pods("gateway"), to: pods("trading"), ports: [8080] }] })
 */
export class NetworkPolicies extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:kubernetes:NetworkPolicies", name, {}, opts);
    const { namespace, transform } = args;
    const policy = (suffix: string, spec: pulumi.Input<Policy>) =>
      new k8s.networking.v1.NetworkPolicy(
        ...transformed(
          transform?.policy,
          `${name}-${suffix}`,
          { metadata: { name: `${name}-${suffix}`, namespace }, spec },
          { parent: this },
        ),
      );
    policy("default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    const arrows = pulumi.output(args.arrows);
    for (const one of args.pods) {
      policy(
        one,
        arrows.apply((all) => spec(one, all)),
      );
    }
    this.registerOutputs();
  }
}

function spec(name: string, arrows: Arrow[]): Policy {
  const ends = (end: "from" | "to") => arrows.filter((arrow) => isPods(arrow[end], name));
  return {
    podSelector: { matchLabels: podLabels(name) },
    policyTypes: ["Ingress", "Egress"],
    ingress: ends("to").map((arrow) => ({ from: peers(arrow.from), ports: tcp(arrow) })),
    egress: [DNS, ...ends("from").map((arrow) => ({ to: peers(arrow.to), ports: tcp(arrow) }))],
  };
}

function isPods(party: Party, name: string): boolean {
  return "pods" in party && party.pods === name;
}

function tcp({ ports }: Arrow) {
  return ports.map((port) => ({ protocol: "TCP", port }));
}

function peers(party: Party): Peer[] {
  if ("pods" in party) return [{ podSelector: { matchLabels: podLabels(party.pods) } }];
  if ("namespace" in party) {
    return [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": party.namespace } } }];
  }
  return party.cidrs.map((cidr) => ({ ipBlock: party.except ? { cidr, except: party.except } : { cidr } }));
}
