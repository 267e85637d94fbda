/** The stacks whose whole graph is recorded beside this file. */
export const RECORDED = ["dev", "prod", "ci"];
