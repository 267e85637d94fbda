import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Database } from "../kit/database/index.ts";
import { bodyFailures, createApi, documentBody, failures, json, problem, readBody } from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { idempotencyKeyParameter, refuseInvalid, userOf } from "../kit/http/user.ts";
import { asHolding, type HoldingRow } from "./holdings.ts";
import { type Prices, portfolioOf, positionOf } from "./prices.ts";
import { NEW_TRANSFER_IN, NewTransferIn, Portfolio, Position, TransferIn } from "./schemas.ts";
import { addTransferIn } from "./transfers.ts";

const SYMBOL = /^[A-Z0-9]{3,6}$/;

const getPortfolio = createRoute({
  method: "get",
  path: "/api/portfolio",
  summary: "What you hold, at the current quotes",
  responses: { 200: { description: "Positions by symbol", content: json(Portfolio) }, ...failures },
});

const getPosition = {
  method: "get" as const,
  path: "/api/portfolio/{symbol}",
  summary: "What you hold of one symbol",
  request: { params: z.object({ symbol: z.string().openapi({ pattern: SYMBOL.source }) }) },
  responses: {
    200: { description: "The position", content: json(Position) },
    404: problem("You never held it"),
    ...failures,
  },
};

const transferIn = {
  method: "post" as const,
  path: "/api/portfolio/transfers-in",
  summary: "Bring shares from another broker",
  description: "The same key and body again bring the same answer; the shares come once.",
  parameters: [idempotencyKeyParameter],
  responses: {
    201: { description: "Added to your holdings", content: json(TransferIn) },
    ...bodyFailures,
    422: problem("Invalid, or the key belongs to another transfer"),
    ...failures,
  },
};

/** A user has at most as many as there are instruments. */
const OF_USER = {
  name: "holdings",
  text: `SELECT user_id, symbol, quantity, reserved, cost, realised FROM holdings
    WHERE user_id = $1 AND ($2::text IS NULL OR symbol = $2) ORDER BY symbol`,
};

/** The portfolio API; each user sees only their own. */
export function portfolioApi(database: Database, prices: Prices): OpenAPIHono<KitEnv> {
  const app = createApi("Trizone portfolio");

  async function positions(userId: string, symbol: string | null) {
    const [rows, latest] = await Promise.all([
      database.ofUser(userId, () => database.repeatable<HoldingRow>(OF_USER, [userId, symbol])),
      prices.latest(),
    ]);
    return rows.map((row) => positionOf(row.symbol, asHolding(row), latest.get(row.symbol)));
  }

  app.openapi(getPortfolio, async (c) => c.json(portfolioOf(await positions(userOf(c), null)), 200));

  app.openAPIRegistry.registerPath(getPosition);
  // No other path is a symbol's, so that a path beside it, with other methods, has these only.
  app.get("/api/portfolio/:symbol{[A-Z0-9]{3,6}}", async (c) => {
    const [position] = await positions(userOf(c), c.req.param("symbol"));
    if (!position) throw new ProblemError(404, "You have never held this symbol.");
    return c.json(position, 200);
  });

  documentBody(app, transferIn, "NewTransferIn", NEW_TRANSFER_IN);
  app.post(transferIn.path, async (c) => {
    const key = c.req.header("idempotency-key") ?? "";
    const wanted = await readBody(c, NewTransferIn, (error) =>
      refuseInvalid("The transfer is not valid.", error, key),
    );
    const userId = userOf(c);
    const add = () => addTransferIn(database, userId, key, wanted);
    const { transfer, replayed } = await database.ofUser(userId, add);
    if (replayed) c.header("idempotency-replayed", "true");
    return c.json(transfer, 201);
  });
  return app;
}
