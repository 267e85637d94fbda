import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import {
  bodyFailures,
  createApi,
  documentBody,
  failures,
  idParam,
  json,
  pageOf,
  pageQuery,
  placeOf,
  problem,
  readBody,
  refuseBody,
} from "../../kit/http/api.ts";
import type { KitEnv } from "../../kit/http/app.ts";
import { ProblemError } from "../../kit/http/problem.ts";
import { idempotencyKeyParameter, refuseInvalid, userOf } from "../../kit/http/user.ts";
import { isUuid } from "../../kit/uuid.ts";
import { Account } from "./account.ts";
import type { Ledger } from "./ledger.ts";
import { decodeLine, encodeLine, LINE, StatementLine } from "./statement.ts";
import { Currency, NEW_ACCOUNT, NEW_TRANSACTION, NewTransaction, Transaction } from "./transaction.ts";

const openAccount = {
  method: "post" as const,
  path: "/api/accounts",
  summary: "Open a cash account in a currency",
  description: "You have one account a currency: opening it again brings the same account.",
  responses: {
    200: { description: "Your account in this currency", content: json(Account) },
    422: problem("Invalid"),
    ...bodyFailures,
    ...failures,
  },
};

const NewAccount = z.strictObject({ currency: Currency });

const listAccounts = createRoute({
  method: "get",
  path: "/api/accounts",
  summary: "Your cash accounts with their balances",
  responses: {
    200: { description: "All of them, by currency", content: json(z.object({ items: z.array(Account) })) },
    ...failures,
  },
});

const bookTransaction = {
  method: "post" as const,
  path: "/api/transactions",
  summary: "Deposit, withdraw or transfer",
  description: "The same key and body again bring the same answer; the transaction is booked once.",
  parameters: [idempotencyKeyParameter],
  responses: {
    201: { description: "Booked", content: json(Transaction) },
    404: problem("You have no such account"),
    409: problem("Too little is available on the account, or too much would be on it"),
    422: problem("Invalid, or the key belongs to another transaction"),
    ...bodyFailures,
    ...failures,
  },
};

const getTransaction = createRoute({
  method: "get",
  path: "/api/transactions/{id}",
  summary: "A deposit, withdrawal or transfer of yours",
  request: { params: idParam },
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
    params: idParam,
    query: z.strictObject(pageQuery(LINE)),
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

  documentBody(app, openAccount, "NewAccount", NEW_ACCOUNT);
  app.post(openAccount.path, async (c) => {
    const { currency } = await readBody(c, NewAccount, (error) => {
      if (error) refuseBody("The account is not valid.", error);
    });
    return c.json(await ledger.open(userOf(c), currency), 200);
  });

  app.openapi(listAccounts, async (c) => c.json({ items: await ledger.accounts(userOf(c)) }, 200));

  documentBody(app, bookTransaction, "NewTransaction", NEW_TRANSACTION);
  app.post(bookTransaction.path, async (c) => {
    const key = c.req.header("idempotency-key") ?? "";
    const wanted = await readBody(c, NewTransaction, (error) =>
      refuseInvalid("The transaction is not valid.", error, key),
    );
    const { transaction, replayed } = await ledger.book(userOf(c), key, wanted);
    if (replayed) c.header("idempotency-replayed", "true");
    c.header("location", `/api/transactions/${transaction.id}`);
    return c.json(transaction, 201);
  });

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
