/** Everything of AWS is in Australia, and auditors can tell which resources are the platform's. */
import { awsRegion } from "./aws-region.ts";
import { awsTags } from "./aws-tags.ts";

export const sovereignty = [awsRegion, awsTags];
