/** Who may do what, and how secrets reach those who need them. */
import { iamNoWildcards } from "./iam-no-wildcards.ts";
import { secretsAsFiles } from "./secrets-as-files.ts";

export const identity = [iamNoWildcards, secretsAsFiles];
