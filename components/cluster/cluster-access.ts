import type * as eks from "@pulumi/eks";

/** Which roles may use the cluster's API server, and from which addresses. */
export interface ClusterAccess {
  /**
   * IPv4 ranges that reach it over the internet; from inside the VPC it is reached anyway.
   * @default none, so that only who is in the VPC (a runner, a VPN) can deploy
   */
  cidrs?: string[];
  /** ARNs of IAM roles that may do everything. @default none but the role that makes the cluster */
  admins?: string[];
  /** ARNs of IAM roles that may read everything but secrets. @default none */
  viewers?: string[];
}

/** The API server's endpoints: private, and public from the given ranges only. */
export function endpoints({ cidrs = [] }: ClusterAccess): Partial<eks.ClusterOptions> {
  if (cidrs.length === 0) return { endpointPrivateAccess: true, endpointPublicAccess: false };
  return { endpointPrivateAccess: true, endpointPublicAccess: true, publicAccessCidrs: cidrs };
}

/** Access entries by principal, each with one of EKS's own policies over the whole cluster. */
export function accessEntries(
  { admins = [], viewers = [] }: ClusterAccess,
  tags?: Record<string, string>,
): eks.ClusterOptions["accessEntries"] {
  const entry = (principalArn: string, policy: string) => {
    const policyArn = `arn:aws:eks::aws:cluster-access-policy/${policy}`;
    return {
      principalArn,
      accessPolicies: { [policy]: { policyArn, accessScope: { type: "cluster" } } },
      tags,
    };
  };
  return Object.fromEntries([
    ...viewers.map((arn) => [arn, entry(arn, "AmazonEKSViewPolicy")]),
    ...admins.map((arn) => [arn, entry(arn, "AmazonEKSClusterAdminPolicy")]),
  ]);
}
