import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

class Thing extends pulumi.CustomResource {
  constructor(name: string, props: pulumi.Inputs = {}) {
    super("test:index:Thing", name, props);
  }
}

new Thing("early");
// Registered only when its input is there: long after the stack's outputs.
new Thing("late", { waited: sleep(700, true) });
export const done = true;
