import { createRoute, z } from "@hono/zod-openapi";
import { failures, json, problem } from "../../kit/http/api.ts";
import { idempotencyKeyParameter } from "../../kit/http/user.ts";
import { Account } from "./account.ts";
import { StatementLine } from "./statement.ts";
import { Currency, NewTransaction, Transaction } from "./transaction.ts";

const bodyFailures = { 413: problem("The body is too large"), 415: problem("The body is not JSON") };

export const openAccount = createRoute({
  method: "post",
  path: "/api/accounts",
  summary: "Open a cash account in a currency",
  description: "You have one account a currency: opening it again brings the same account.",
  request: {
    body: { required: true, content: json(z.strictObject({ currency: Currency }).openapi("NewAccount")) },
  },
  responses: {
    200: { description: "Your account in this currency", content: json(Account) },
    422: problem("Invalid"),
    ...bodyFailures,
    ...failures,
  },
});

export const listAccounts = createRoute({
  method: "get",
  path: "/api/accounts",
  summary: "Your cash accounts with their balances",
  responses: {
    200: { description: "All of them, by currency", content: json(z.object({ items: z.array(Account) })) },
    ...failures,
  },
});

export const bookTransaction = createRoute({
  method: "post",
  path: "/api/transactions",
  summary: "Deposit, withdraw or transfer",
  description: "The same key and body again bring the same answer; the transaction is booked once.",
  parameters: [idempotencyKeyParameter],
  request: { body: { required: true, content: json(NewTransaction) } },
  responses: {
    201: { description: "Booked", content: json(Transaction) },
    404: problem("You have no such account"),
    409: problem("Too little is available on the account, or too much would be on it"),
    422: problem("Invalid, or the key belongs to another transaction"),
    ...bodyFailures,
    ...failures,
  },
});

export const getTransaction = createRoute({
  method: "get",
  path: "/api/transactions/{id}",
  summary: "A deposit, withdrawal or transfer of yours",
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: { description: "The transaction", content: json(Transaction) },
    404: problem("You have no such transaction"),
    ...failures,
  },
});

export const getStatement = createRoute({
  method: "get",
  path: "/api/accounts/{id}/statement",
  summary: "What moved on an account, newest first, with the balance after each line",
  request: {
    params: z.object({ id: z.string() }),
    query: z.strictObject({
      cursor: z.string().max(100).optional(),
      limit: z.coerce
        .number({ error: "must be a whole number from 1 to 100" })
        .int()
        .min(1)
        .max(100)
        .default(20),
    }),
  },
  responses: {
    200: {
      description: "A page; nextCursor is null on the last",
      content: json(z.object({ items: z.array(StatementLine), nextCursor: z.string().nullable() })),
    },
    404: problem("You have no such account"),
    ...failures,
  },
});
