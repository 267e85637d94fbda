import { PolicyPack } from "@pulumi/policy";
import { awsRegion } from "./aws-region.ts";
import { containersNonRoot } from "./containers-non-root.ts";

new PolicyPack("trizone-policies", { policies: [awsRegion, containersNonRoot] });
