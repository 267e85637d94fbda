import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Something that is allowed, on ARNs of these forms and where the conditions hold. */
export interface Statement {
  actions: string[];
  resources: pulumi.Input<string>[];
  /** As IAM has them: operator -> key -> values. */
  conditions?: Record<string, Record<string, pulumi.Input<string> | pulumi.Input<string>[]>>;
}

export interface PodRoleArgs {
  region: string;
  clusterName: pulumi.Input<string>;
  namespace: pulumi.Input<string>;
  /** The pods' Kubernetes service account. */
  serviceAccount: string;
  /** What the pods may do. */
  statements: Statement[];
  tags?: Record<string, string>;
}

/** Lets EKS Pod Identity take the role on behalf of the pods. */
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "pods.eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
    },
  ],
});

/**
 * The AWS permissions of a service account's pods, by EKS Pod Identity. Free of charge.
 *
 * @example new PodRole("trading", { serviceAccount: "trading", statements: [{ actions: ["s3:GetObject"], resources: [arn] }], … })
 */
export class PodRole extends pulumi.ComponentResource {
  constructor(name: string, args: PodRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:PodRole", name, {}, opts);
    const parent = { parent: this };
    const role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy: TRUST, tags: args.tags }, parent);
    const policy = pulumi.output(args.statements).apply((statements) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: statements.map(({ actions, resources, conditions }) => ({
          Effect: "Allow",
          Action: actions,
          Resource: resources,
          Condition: conditions,
        })),
      }),
    );
    const granted = new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy }, parent);
    new aws.eks.PodIdentityAssociation(
      `${name}-association`,
      {
        clusterName: args.clusterName,
        namespace: args.namespace,
        serviceAccount: args.serviceAccount,
        roleArn: role.arn,
        region: args.region,
        tags: args.tags,
      },
      { parent: this, dependsOn: [granted] },
    );
    this.registerOutputs();
  }
}
