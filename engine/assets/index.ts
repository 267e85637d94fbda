/** Assets and archives, the files that a program hands to its resources: they are opened, read and hashed. */
export { hashAssets } from "./hash.ts";
