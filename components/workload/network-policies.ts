import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Connection, Peer } from "../../config/index.ts";
import { type Transform, transformed } from "../arguments.ts";
import { podLabels } from "./pod.ts";

type Policy = k8s.types.input.networking.v1.NetworkPolicySpec;
type PolicyPeer = k8s.types.input.networking.v1.NetworkPolicyPeer;

export interface NetworkPoliciesArgs {
  namespace: pulumi.Input<string>;
  /** Names of the pods (their label `app.kubernetes.io/name`) that get a policy. */
  pods: string[];
  /** All connections that are allowed, beside those to DNS. */
  connections: pulumi.Input<Connection[]>;
  transform?: { policy?: Transform<k8s.networking.v1.NetworkPolicyArgs> };
}

/** The cluster's DNS, which every pod may ask. */
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
 * Allows the given connections of a namespace's pods, at both of their ends, and nothing else. Pods that no policy
 * names can neither connect nor be connected to. Free of charge; the cluster's network plugin must enforce network
 * policies.
 *
 * @example new NetworkPolicies("network", { namespace, pods: ["gateway", "trading"], connections: [{ from: pods("gateway"), to: pods("trading"), ports: [8080] }] })
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
    const connections = pulumi.output(args.connections);
    for (const name of args.pods) {
      const spec = connections.apply((all) => policySpec(name, all));
      policy(name, spec);
    }
    this.registerOutputs();
  }
}

function policySpec(name: string, connections: Connection[]): Policy {
  const ends = (end: "from" | "to") => connections.filter((one) => isPods(one[end], name));
  return {
    podSelector: { matchLabels: podLabels(name) },
    policyTypes: ["Ingress", "Egress"],
    ingress: ends("to").map((one) => ({ from: peers(one.from), ports: tcp(one) })),
    egress: [DNS, ...ends("from").map((one) => ({ to: peers(one.to), ports: tcp(one) }))],
  };
}

function isPods(peer: Peer, name: string): boolean {
  return "pods" in peer && peer.pods === name;
}

function tcp({ ports }: Connection) {
  return ports.map((port) => ({ protocol: "TCP", port }));
}

function peers(peer: Peer): PolicyPeer[] {
  if ("pods" in peer) return [{ podSelector: { matchLabels: podLabels(peer.pods) } }];
  if ("namespace" in peer) {
    return [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": peer.namespace } } }];
  }
  return peer.cidrs.map((cidr) => ({ ipBlock: peer.except ? { cidr, except: peer.except } : { cidr } }));
}
