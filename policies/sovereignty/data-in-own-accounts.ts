import { ACCOUNTS, ownAccounts, sharedOut, stackRule } from "../shared/index.ts";

/** Databases' snapshots, which `no-public-database` judges. */
const SNAPSHOTS = /^aws:rds\/\w*[sS]napshot\w*:/;

/** What is shared with another account can be copied to any region, and no policy sees it there. */
export const dataInOwnAccounts = stackRule({
  name: "data-in-own-accounts",
  description:
    "Images, snapshots, documents, functions, keys and rights are shared with nobody but the bank's own accounts.",
  severity: "critical",
  verdict: "is shared with others",
  fix: "Share with the bank's own accounts only; those that the stack doesn't show stand in the policy's setting accounts, or in aws:allowedAccountIds.",
  configSchema: { properties: { ...ACCOUNTS } },
  judge: ({ resources, getConfig }) => {
    const own = ownAccounts(resources, getConfig());
    return resources
      .filter(({ type }) => !SNAPSHOTS.test(type))
      .flatMap((resource) => sharedOut(resource, own).map((reason) => ({ resource, reason })));
  },
});
