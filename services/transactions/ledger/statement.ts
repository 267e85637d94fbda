import { z } from "@hono/zod-openapi";
import type { Database } from "../../kit/database/index.ts";
import { amountIn } from "./account.ts";
import type { AccountFacts } from "./directory.ts";

/** A line of an account's statement. */
export const StatementLine = z
  .object({
    /** From 1 on, without gaps. */
    line: z.number().int(),
    at: z.iso.datetime(),
    kind: z.enum(["deposit", "withdrawal", "transfer", "buy", "sell"]),
    /** `debit` takes the amount from the account, `credit` gives it. */
    direction: z.enum(["debit", "credit"]),
    amount: z.string(),
    /** Of the account after this line. */
    balance: z.string(),
    transactionId: z.uuid().optional(),
    /** Of a buy or sell: the order, and which of its fills. */
    orderId: z.uuid().optional(),
    fillId: z.string().optional(),
  })
  .openapi("StatementLine");

export interface Statement {
  lines: z.infer<typeof StatementLine>[];
  /** Where to go on from, when there are more lines. */
  next: bigint | undefined;
}

interface Row {
  line: string;
  at: Date;
  kind: z.infer<typeof StatementLine>["kind"];
  direction: "debit" | "credit";
  amount: string;
  balance: string;
  reference: string;
  fill: string;
}

/** Each side comes from its own index, newest first, and no further than the page. */
const LINES = {
  name: "statement",
  text: `
  (SELECT debit_line AS line, at, kind, 'debit' AS direction, amount, debit_balance AS balance, reference, fill
   FROM transfers WHERE debit_account = $1 AND debit_line < $2 ORDER BY debit_line DESC LIMIT $3)
  UNION ALL
  (SELECT credit_line, at, kind, 'credit', amount, credit_balance, reference, fill
   FROM transfers WHERE credit_account = $1 AND credit_line < $2 ORDER BY credit_line DESC LIMIT $3)
  ORDER BY line DESC LIMIT $3`,
};

const MAX_LINE = 2n ** 63n - 1n;

/** At most `limit` lines of an account, newest first, from below line `before` on. */
export async function readStatement(
  database: Database,
  account: AccountFacts,
  before: bigint | undefined,
  limit: number,
): Promise<Statement> {
  const values = [account.id, (before ?? MAX_LINE).toString(), limit + 1];
  const rows = await database.repeatable<Row & Record<string, unknown>>(LINES, values);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { lines: page.map((row) => asLine(row, account.currency)), next: last && BigInt(last.line) };
}

function asLine(row: Row, currency: string): z.infer<typeof StatementLine> {
  const ofOrder = row.kind === "buy" || row.kind === "sell";
  return {
    line: Number(row.line),
    at: row.at.toISOString(),
    kind: row.kind,
    direction: row.direction,
    amount: amountIn(row.amount, currency),
    balance: amountIn(row.balance, currency),
    ...(ofOrder ? { orderId: row.reference, fillId: row.fill } : { transactionId: row.reference }),
  };
}

/** A line's number: a pattern that the document can tell. */
export const LINE = /^line-([1-9][0-9]{0,17})$/;

/** A place in a statement as text: safe in a URL, and not to be made by clients. */
export function encodeLine(line: bigint): string {
  return `line-${line}`;
}

/** Nothing when the text is not a cursor that might be given out. */
export function decodeLine(text: string): bigint | undefined {
  const [, line] = LINE.exec(text) ?? [];
  return line === undefined ? undefined : BigInt(line);
}
