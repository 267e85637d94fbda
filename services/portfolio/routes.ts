import { createRoute, z } from "@hono/zod-openapi";
import { failures, json, problem } from "../kit/http/api.ts";
import { idempotencyKeyParameter } from "../kit/http/idempotency-key.ts";
import { NewTransferIn, Portfolio, Position, TransferIn } from "./schemas.ts";

export const getPortfolio = createRoute({
  method: "get",
  path: "/api/portfolio",
  summary: "What you hold, at the current quotes",
  responses: { 200: { description: "Positions by symbol", content: json(Portfolio) }, ...failures },
});

export const getPosition = createRoute({
  method: "get",
  path: "/api/portfolio/{symbol}",
  summary: "What you hold of one symbol",
  request: { params: z.object({ symbol: z.string().max(20) }) },
  responses: {
    200: { description: "The position", content: json(Position) },
    404: problem("You never held it"),
    ...failures,
  },
});

export const transferIn = createRoute({
  method: "post",
  path: "/api/portfolio/transfers-in",
  summary: "Bring shares from another broker",
  description: "The same key and body again bring the same answer; the shares come once.",
  parameters: [idempotencyKeyParameter],
  request: { body: { required: true, content: json(NewTransferIn) } },
  responses: {
    201: { description: "Added to your holdings", content: json(TransferIn) },
    413: problem("The body is too large"),
    415: problem("The body is not JSON"),
    422: problem("Invalid, or the key belongs to another transfer"),
    ...failures,
  },
});
