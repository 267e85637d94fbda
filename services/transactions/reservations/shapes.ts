import { z } from "zod";
import { parseDecimal, scaleOf } from "../../market/money.ts";

/** Reservations of a request at most. */
const MAX_ITEMS = 500;

/** What `POST /internal/reservations` takes; an amount has at most the decimals of its currency. */
export const ReservationBatch = z.object({
  items: z
    .array(
      z
        .object({
          id: z.uuid().toLowerCase(),
          userId: z
            .string()
            .regex(/^[\x21-\x7e]{1,255}$/, { error: "must be 1 to 255 visible ASCII characters" }),
          currency: z.string(),
          amount: z.string(),
        })
        .refine(({ currency, amount }) => parseDecimal(amount, scaleOf(currency) ?? -1) !== undefined, {
          error: "must be an amount with the decimals of an ISO 4217 currency",
          path: ["amount"],
        }),
    )
    .max(MAX_ITEMS),
});

export type ReservationItem = z.infer<typeof ReservationBatch>["items"][number];
