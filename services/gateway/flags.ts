import { z } from "zod";

/** Feature flags, with their defaults. */
export const Flags = z.strictObject({
  /** The paths of cash accounts and account holders. */
  cash: z.boolean().default(true),
  portfolio: z.boolean().default(true),
  quotes: z.boolean().default(true),
  /** The WebSocket `/ws/quotes`. */
  quotesStream: z.boolean().default(true),
});

export type Flags = z.infer<typeof Flags>;

/** `FEATURE_FLAGS`: a JSON object of flags; flags that it doesn't name have their defaults. */
export const FlagsVariable = z
  .string()
  .default("{}")
  .transform((text, context) => {
    try {
      return JSON.parse(text || "{}") as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "must be a JSON object of flags" });
      return z.NEVER;
    }
  })
  .pipe(Flags);
