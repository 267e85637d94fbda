/** What a node is for: `web` faces clients, `app` the database, `burst` takes either when the others are full. */
export type NodeTier = "web" | "app" | "burst";

/** Node label that tells it. */
export const TIER_LABEL = "trizone/tier";
