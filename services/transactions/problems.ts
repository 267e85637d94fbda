import { ProblemError } from "../kit/http/problem.ts";
import { parseDecimal, scaleOf } from "../market/index.ts";
import { MAX_BALANCE } from "./ledger/transaction.ts";

const onField = (status: number, detail: string, field: string, message: string) =>
  new ProblemError(status, detail, { errors: [{ field, pointer: `/${field}`, message }] });

/** The failure when an amount has more decimals than its currency. */
export function scaleProblem(amount: string, currency: string): ProblemError | undefined {
  const scale = scaleOf(currency) ?? 0;
  if (parseDecimal(amount, scale) !== undefined) return undefined;
  const decimals = scale === 0 ? "no decimals" : `at most ${scale} decimals`;
  return onField(422, "The transaction is not valid.", "amount", `must have ${decimals}, as ${currency} has`);
}

/** The failure when a transfer can't go to where it is meant to. */
export const wrongTarget = (message: string): ProblemError =>
  onField(422, "The transaction is not valid.", "toAccountId", message);

export const tooLittle = (): ProblemError =>
  onField(
    409,
    "The account's available balance is too small; what open orders reserve can't be spent.",
    "amount",
    "is more than is available on the account",
  );

export const tooMuch = (): ProblemError =>
  onField(
    409,
    `An account can't hold more than ${MAX_BALANCE}.`,
    "amount",
    `would bring the account above ${MAX_BALANCE}`,
  );
