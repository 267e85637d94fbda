import { z } from "zod";

/** A version's name, which is its folder in the bucket. */
const VersionName = z
  .string()
  .regex(
    /^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/,
    "must be letters, digits, dots, underscores and hyphens, 64 at most",
  )
  .refine((name) => !name.includes(".."), "must not have two dots in a row");

const Part = z.strictObject({
  version: VersionName,
  /** Percent of the users. */
  weight: z.number().int().min(1).max(99),
});

const Candidate = z.strictObject({
  version: VersionName,
  /** A canary answers its share of the users; what a shadow says of their texts is compared and not returned. */
  mode: z.enum(["canary", "shadow"]),
  /** Percent of the users. */
  share: z.number().int().min(1).max(50),
});

/** `deployment.json` in the bucket's root: which model versions answer whom. */
export const Deployment = z
  .strictObject({
    schema: z.literal(1),
    /** One more with each change. */
    revision: z.number().int().min(1),
    at: z.iso.datetime(),
    /** Who changed it. */
    by: z.string().min(1).max(200),
    current: VersionName,
    /** The current one before, which stays loaded for a rollback. */
    previous: VersionName.optional(),
    split: z.array(Part).min(2).max(4).optional(),
    candidate: Candidate.optional(),
  })
  .superRefine(({ current, previous, split, candidate }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (previous === current) refuse("previous", "is the current version");
    if (candidate?.version === current) refuse("candidate", "is the current version");
    if (split && candidate) refuse("candidate", "can't be tried during a split");
    if (!split) return;
    const names = new Set(split.map(({ version }) => version));
    if (names.size < split.length) refuse("split", "names a version twice");
    const sum = split.reduce((total, { weight }) => total + weight, 0);
    if (sum !== 100) refuse("split", `has weights that are ${sum} together, not 100`);
    if (!names.has(current)) refuse("split", "lacks the current version");
  });

export type Deployment = z.infer<typeof Deployment>;

/** @throws Error that names each field that is wrong */
export function parseDeployment(text: string): Deployment {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Error("deployment.json is not valid JSON", { cause });
  }
  const result = Deployment.safeParse(document);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.join(".") || "document"}: ${message}`,
  );
  throw new Error(`deployment.json is not valid: ${problems.join("; ")}`);
}

/** The versions that a deployment needs loaded, the most needed first. */
export function versionsOf({ current, previous, split, candidate }: Deployment): string[] {
  const all = [current, previous, candidate?.version, ...(split ?? []).map(({ version }) => version)];
  return [...new Set(all.filter((version) => version !== undefined))];
}
