import { z } from "@hono/zod-openapi";
import { parseTaxFileNumber } from "./tax-file-number.ts";

const NAME = "must be 1 to 200 characters, not only blanks, without control characters";
const name = z
  .string({ error: NAME })
  .max(200, { error: NAME })
  .refine((text) => /^[^\p{Cc}\p{Cs}]+$/u.test(text) && text.trim() !== "", { error: NAME })
  .openapi({ example: "Kim Citizen" });

const EMAIL = "must be an email address of at most 254 characters";
const email = z
  .string({ error: EMAIL })
  .max(254, { error: EMAIL })
  .pipe(z.email({ error: EMAIL }));

const TAX_FILE_NUMBER = "must be a tax file number: 8 or 9 digits whose check digit fits";
const taxFileNumber = z
  .string({ error: TAX_FILE_NUMBER })
  .max(20, { error: TAX_FILE_NUMBER })
  .transform((text, context) => {
    const digits = parseTaxFileNumber(text);
    if (digits !== undefined) return digits;
    context.addIssue({ code: "custom", message: TAX_FILE_NUMBER });
    return z.NEVER;
  });

/**
 * Who a user is, as they say it. Without `taxFileNumber`, the one on file stays, as it is never shown whole; `null`
 * takes it off file (to quote one is voluntary).
 */
export const NewAccountHolder = z
  .strictObject(
    { name, email, taxFileNumber: taxFileNumber.nullable().optional() },
    { error: "must be a JSON object" },
  )
  .openapi("NewAccountHolder");

export type NewAccountHolder = z.infer<typeof NewAccountHolder>;

export const AccountHolder = z
  .object({
    name: z.string(),
    email: z.string(),
    /** Masked: its last three digits. */
    taxFileNumber: z.string().nullable(),
    updatedAt: z.iso.datetime(),
  })
  .openapi("AccountHolder");

export type AccountHolder = z.infer<typeof AccountHolder>;
