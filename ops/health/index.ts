/** Health: what a platform's parts say of themselves, on a laptop, in a Kubernetes cluster and in AWS. */
export { addressHealth } from "./address.ts";
export { awsHealth } from "./aws.ts";
export { type Check, isHealthy } from "./check.ts";
export { clusterHealth } from "./cluster.ts";
export { laptopHealth } from "./laptop.ts";
