import { z } from "@hono/zod-openapi";
import { closed, textOf } from "../../kit/http/api.ts";

/** The Australian Taxation Office's weights of a tax file number's digits: the weighted sum is a multiple of 11. */
const WEIGHTS: Record<number, readonly number[]> = {
  9: [1, 4, 3, 7, 5, 8, 6, 9, 10],
  // Numbers given out before 1988 have eight digits.
  8: [10, 7, 8, 4, 6, 3, 5, 1],
};

const TAX_FILE_NUMBER_PATTERN = /^[0-9]{2,3} ?[0-9]{3} ?[0-9]{3}$/;

/** The digits of a tax file number, written with or without blanks between groups; nothing when it isn't one. */
export function parseTaxFileNumber(text: string): string | undefined {
  if (!TAX_FILE_NUMBER_PATTERN.test(text)) return undefined;
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
const MAX_NAME = 200;
/** All without control characters, and one that is no blank. */
const NAME_PATTERN = (() => {
  const control = "\\u0000-\\u001f\\u007f-\\u009f";
  const blank = " \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
  return new RegExp(`^[^${control}]*[^${control}${blank}][^${control}]*$`);
})();
const name = z
  .string({ error: NAME })
  // A character may be two units of a JavaScript string, and half of one is no character.
  .max(2 * MAX_NAME, { error: NAME, abort: true })
  .refine((text) => NAME_PATTERN.test(text) && text.isWellFormed() && [...text].length <= MAX_NAME, {
    error: NAME,
  });

const EMAIL = "must be an email address of at most 254 characters";
const MAX_EMAIL = 254;
const email = z
  .string({ error: EMAIL })
  .max(MAX_EMAIL, { error: EMAIL })
  .regex(z.regexes.email, { error: EMAIL });

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
export const NewAccountHolder = z.strictObject(
  { name, email, taxFileNumber: taxFileNumber.nullable().optional() },
  { error: "must be a JSON object" },
);

/** JSON Schema of who a user is: what it can't say is how the check digit of a tax file number is made. */
export const NEW_ACCOUNT_HOLDER = closed(
  {
    name: textOf(NAME_PATTERN, { maxLength: MAX_NAME, example: "Kim Citizen" }),
    email: textOf(z.regexes.email, { maxLength: MAX_EMAIL, example: "kim@example.com" }),
    taxFileNumber: {
      anyOf: [
        textOf(TAX_FILE_NUMBER_PATTERN, { format: "tax-file-number", example: "123 456 782" }),
        { type: "null" },
      ],
    },
  },
  ["taxFileNumber"],
);

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
