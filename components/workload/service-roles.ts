import * as pulumi from "@pulumi/pulumi";
import { PodRole } from "./pod-role.ts";
import { type Guarded, grantedAccounts, serviceGrants } from "./service-grants.ts";

export interface ServiceRolesArgs extends Guarded {
  clusterName: pulumi.Input<string>;
  region: string;
  /** Namespace of the services' pods. */
  namespace: pulumi.Input<string>;
  /** The services that run; a role that no pod would take isn't made. */
  services: readonly string[];
  tags?: Record<string, string>;
}

/**
 * A role for each service account that may do anything in AWS, by EKS Pod Identity. Free of charge.
 *
 * @example new ServiceRoles("services", { clusterName, services: ["trading"], … }, { provider })
 */
export class ServiceRoles extends pulumi.ComponentResource {
  constructor(name: string, args: ServiceRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:ServiceRoles", name, {}, opts);
    const { clusterName, region, namespace, services, tags } = args;
    const grants = serviceGrants(args);
    for (const serviceAccount of grantedAccounts(services)) {
      const statements = grants[serviceAccount] ?? [];
      const role = { region, clusterName, namespace, serviceAccount, statements, tags };
      new PodRole(`${name}-${serviceAccount}`, role, { parent: this });
    }
    this.registerOutputs();
  }
}
