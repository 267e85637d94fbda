/** The EKS cluster: its nodes, what runs in it for the platform (controllers, warm pool, pre-scaling), and GitOps. */
export { Cluster } from "./cluster.ts";
export { type Chart, overZones, release, resources } from "./controllers/chart.ts";
export { OTLP_PORT, TRACING_NAMESPACE } from "./controllers/tracing.ts";
export { Controllers } from "./controllers.ts";
export { GitOps } from "./git-ops.ts";
export { ImageCache } from "./image-cache.ts";
export { PodAuthority } from "./pod-authority.ts";
export { PreScaling } from "./pre-scaling.ts";
export { WarmPool } from "./warm-pool.ts";
