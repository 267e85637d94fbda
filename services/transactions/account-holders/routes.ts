import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import {
  bodyFailures,
  documentBody,
  failures,
  json,
  problem,
  readBody,
  refuseBody,
} from "../../kit/http/api.ts";
import type { KitEnv } from "../../kit/http/app.ts";
import { ProblemError } from "../../kit/http/problem.ts";
import { userOf } from "../../kit/http/user.ts";
import { AccountHolder, NEW_ACCOUNT_HOLDER, NewAccountHolder } from "./account-holder.ts";
import type { AccountHolders } from "./store.ts";

const getAccountHolder = createRoute({
  method: "get",
  path: "/api/account-holder",
  summary: "Who you are, as far as you said; the tax file number is masked",
  responses: {
    200: { description: "The account holder", content: json(AccountHolder) },
    404: problem("You did not say yet"),
    ...failures,
  },
});

const putAccountHolder = {
  method: "put" as const,
  path: "/api/account-holder",
  summary: "Say who you are",
  description: "Without taxFileNumber the one on file stays; null takes it off file.",
  responses: {
    200: { description: "Stored", content: json(AccountHolder) },
    ...bodyFailures,
    422: problem("Invalid"),
    ...failures,
  },
};

/** Adds the API of account holders; answers are not to be kept by anything between. */
export function accountHolderRoutes(app: OpenAPIHono<KitEnv>, holders: AccountHolders): void {
  app.openapi(getAccountHolder, async (c) => {
    const holder = await holders.find(userOf(c));
    if (!holder) throw new ProblemError(404, "You did not say yet who you are; PUT it here.");
    c.header("cache-control", "no-store");
    return c.json(holder, 200);
  });

  documentBody(app, putAccountHolder, "NewAccountHolder", NEW_ACCOUNT_HOLDER);
  app.put(putAccountHolder.path, async (c) => {
    const given = await readBody(c, NewAccountHolder, (error) => {
      if (error) refuseBody("The account holder is not valid.", error);
    });
    const holder = await holders.put(userOf(c), given);
    c.header("cache-control", "no-store");
    return c.json(holder, 200);
  });
}
