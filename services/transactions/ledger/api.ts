import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import {
  bodyFailures,
  createApi,
  failures,
  json,
  pageOf,
  pageQuery,
  placeOf,
  problem,
  refuseBody,
} from "../../kit/http/api.ts";
import type { KitEnv } from "../../kit/http/app.ts";
import { ProblemError } from "../../kit/http/problem.ts";
import { idempotencyKeyParameter, refuseInvalid, userOf } from "../../kit/http/user.ts";
import { isUuid } from "../../kit/uuid.ts";
import { Account } from "./account.ts";
import type { Ledger } from "./ledger.ts";
import { decodeLine, encodeLine, StatementLine } from "./statement.ts";
import { Currency, NewTransaction, Transaction } from "./transaction.ts";

const openAccount = createRoute({
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

const listAccounts = createRoute({
  method: "get",
  path: "/api/accounts",
  summary: "Your cash accounts with their balances",
  responses: {
    200: { description: "All of them, by currency", content: json(z.object({ items: z.array(Account) })) },
    ...failures,
  },
});

const bookTransaction = createRoute({
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

const getTransaction = createRoute({
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

const getStatement = createRoute({
  method: "get",
  path: "/api/accounts/{id}/statement",
  summary: "What moved on an account, newest first, with the balance after each line",
  request: {
    params: z.object({ id: z.string() }),
    query: z.strictObject(pageQuery),
  },
  responses: {
    200: pageOf(StatementLine),
    404: problem("You have no such account"),
    ...failures,
  },
});

/** The API of cash accounts. */
export function ledgerApi(ledger: Ledger): OpenAPIHono<KitEnv> {
  const app = createApi("Trizone cash accounts");

  app.openapi(
    openAccount,
    async (c) => c.json(await ledger.open(userOf(c), c.req.valid("json").currency), 200),
    (result) => {
      if (!result.success) refuseBody("The account is not valid.", result.error);
    },
  );

  app.openapi(listAccounts, async (c) => c.json({ items: await ledger.accounts(userOf(c)) }, 200));

  app.openapi(
    bookTransaction,
    async (c) => {
      const key = c.req.header("idempotency-key") ?? "";
      const { transaction, replayed } = await ledger.book(userOf(c), key, c.req.valid("json"));
      if (replayed) c.header("idempotency-replayed", "true");
      c.header("location", `/api/transactions/${transaction.id}`);
      return c.json(transaction, 201);
    },
    (result, c) => {
      const error = result.success ? undefined : result.error;
      refuseInvalid("The transaction is not valid.", error, c.req.header("idempotency-key"));
    },
  );

  app.openapi(getTransaction, async (c) => {
    const { id } = c.req.valid("param");
    const transaction = isUuid(id) ? await ledger.find(userOf(c), id.toLowerCase()) : undefined;
    if (!transaction) throw new ProblemError(404, "You have no transaction of this id.");
    return c.json(transaction, 200);
  });

  app.openapi(getStatement, async (c) => {
    const userId = userOf(c);
    const { id } = c.req.valid("param");
    const { cursor, limit } = c.req.valid("query");
    const before = placeOf(cursor, decodeLine);
    if (!isUuid(id)) throw new ProblemError(404, "You have no account of this id.");
    const { lines, next } = await ledger.statement(userId, id, before, limit);
    return c.json({ items: lines, nextCursor: next === undefined ? null : encodeLine(next) }, 200);
  });

  return app;
}
