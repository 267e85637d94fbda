/** The platform on AWS, three zones of one region: a function for each room, which takes what the earlier ones made. */
export { awsCluster, awsObservability } from "./cluster.ts";
export { awsData } from "./data.ts";
export { awsEdges, awsIdentity } from "./edges.ts";
export { awsAudit, awsGovernance, awsProvider } from "./governance.ts";
export { awsNetwork } from "./network.ts";
export { awsPlatform, guardedOnAws } from "./platform.ts";
export { awsServices } from "./services.ts";
