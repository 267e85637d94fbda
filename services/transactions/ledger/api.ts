import type { OpenAPIHono } from "@hono/zod-openapi";
import { createApi } from "../../kit/http/api.ts";
import type { KitEnv } from "../../kit/http/app.ts";
import { ProblemError } from "../../kit/http/problem.ts";
import { idempotencyKeyProblem, userOf } from "../../kit/http/user.ts";
import { isUuid } from "../../kit/uuid.ts";
import { refuseBody } from "../problems.ts";
import type { Ledger } from "./ledger.ts";
import { bookTransaction, getStatement, getTransaction, listAccounts, openAccount } from "./routes.ts";
import { decodeLine, encodeLine } from "./statement.ts";

/** The API of cash accounts. */
export function ledgerApi(ledger: Ledger): OpenAPIHono<KitEnv> {
  const app = createApi();

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
      const key = idempotencyKeyProblem(c.req.header("idempotency-key"));
      if (!result.success) refuseBody("The transaction is not valid.", result.error, key ? [key] : []);
      if (key) throw new ProblemError(400, `The Idempotency-Key header ${key.message}.`, { errors: [key] });
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
    const before = cursor === undefined ? undefined : decodeLine(cursor);
    if (cursor !== undefined && before === undefined) {
      const errors = [{ field: "cursor", message: "must be a nextCursor of an earlier page" }];
      throw new ProblemError(400, "The cursor is not valid.", { errors });
    }
    if (!isUuid(id)) throw new ProblemError(404, "You have no account of this id.");
    const { lines, next } = await ledger.statement(userId, id, before, limit);
    return c.json({ items: lines, nextCursor: next === undefined ? null : encodeLine(next) }, 200);
  });

  app.doc31("/openapi.json", { openapi: "3.1.0", info: { title: "Trizone cash accounts", version: "1" } });
  return app;
}
