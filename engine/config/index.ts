/** Reads what a project's YAML files, and overrides of them, say about a stack. */
export { readStackConfig, type StackConfig } from "./stack-config.ts";
export { findYaml } from "./yaml-file.ts";
