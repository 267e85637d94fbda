import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Database } from "../kit/database/index.ts";
import { createApi } from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { idempotencyKeyProblem } from "../kit/http/idempotency-key.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { userOf } from "../kit/http/user.ts";
import { fieldErrors } from "../kit/http/validation.ts";
import { asHolding, type HoldingRow } from "./holdings.ts";
import type { Prices } from "./prices.ts";
import { getPortfolio, getPosition, transferIn } from "./routes.ts";
import { addTransferIn } from "./transfers.ts";
import { portfolioOf, positionOf } from "./valuation.ts";

const SYMBOL = /^[A-Z0-9]{3,6}$/;

/** A user has at most as many as there are instruments. */
const OF_USER = {
  name: "holdings",
  text: `SELECT user_id, symbol, quantity, reserved, cost, realised FROM holdings
    WHERE user_id = $1 AND ($2::text IS NULL OR symbol = $2) ORDER BY symbol`,
};

/** The portfolio API; each user sees only their own. */
export function portfolioApi(database: Database, prices: Prices): OpenAPIHono<KitEnv> {
  const app = createApi();

  async function positions(userId: string, symbol: string | null) {
    const [rows, latest] = await Promise.all([
      database.repeatable<HoldingRow>(OF_USER, [userId, symbol]),
      prices.latest(),
    ]);
    return rows.map((row) => positionOf(row.symbol, asHolding(row), latest.get(row.symbol)));
  }

  app.openapi(getPortfolio, async (c) => c.json(portfolioOf(await positions(userOf(c), null)), 200));

  app.openapi(getPosition, async (c) => {
    const userId = userOf(c);
    const { symbol } = c.req.valid("param");
    const [position] = SYMBOL.test(symbol) ? await positions(userId, symbol) : [];
    if (!position) throw new ProblemError(404, "You have never held this symbol.");
    return c.json(position, 200);
  });

  app.openapi(
    transferIn,
    async (c) => {
      const userId = userOf(c);
      const key = c.req.header("idempotency-key") ?? "";
      const { transfer, replayed } = await addTransferIn(database, userId, key, c.req.valid("json"));
      if (replayed) c.header("idempotency-replayed", "true");
      return c.json(transfer, 201);
    },
    (result, c) => {
      const key = idempotencyKeyProblem(c.req.header("idempotency-key"));
      const body = result.success ? [] : fieldErrors(result.error.issues, "body");
      if (body.length > 0)
        throw new ProblemError(422, "The transfer is not valid.", { errors: key ? [key, ...body] : body });
      if (key) throw new ProblemError(400, `The Idempotency-Key header ${key.message}.`, { errors: [key] });
    },
  );

  app.doc31("/openapi.json", { openapi: "3.1.0", info: { title: "Trizone portfolio", version: "1" } });
  return app;
}
