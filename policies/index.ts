/** The policy pack: what a regulated Australian broker's platform must be, on every stack. A folder a group of policies. */
import { PolicyPack } from "@pulumi/policy";
import { containers } from "./containers/index.ts";
import { data } from "./data/index.ts";
import { identity } from "./identity/index.ts";
import { network } from "./network/index.ts";
import { resilience } from "./resilience/index.ts";
import { sovereignty } from "./sovereignty/index.ts";

new PolicyPack("trizone-policies", {
  policies: [...sovereignty, ...data, ...network, ...identity, ...containers, ...resilience],
});
