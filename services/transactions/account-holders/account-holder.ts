import { z } from "@hono/zod-openapi";

/** The Australian Taxation Office's weights of a tax file number's digits: the weighted sum is a multiple of 11. */
const WEIGHTS: Record<number, readonly number[]> = {
  9: [1, 4, 3, 7, 5, 8, 6, 9, 10],
  // Numbers given out before 1988 have eight digits.
  8: [10, 7, 8, 4, 6, 3, 5, 1],
};

/** The digits of a tax file number, written with or without blanks between groups; nothing when it isn't one. */
export function parseTaxFileNumber(text: string): string | undefined {
  if (!/^\d{2,3} ?\d{3} ?\d{3}$/.test(text)) return undefined;
  const digits = text.replaceAll(" ", "");
  const weights = WEIGHTS[digits.length] ?? [];
  const sum = weights.reduce((total, weight, i) => total + weight * Number(digits[i]), 0);
  return sum % 11 === 0 && Number(digits) > 0 ? digits : undefined;
}

/** Its last three digits, the others as dots: enough to recognise one's own. */
export function maskTaxFileNumber(digits: string): string {
  return "•".repeat(digits.length - 3) + digits.slice(-3);
}

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
