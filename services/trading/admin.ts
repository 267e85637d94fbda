import type { Hono } from "hono";
import { ProblemError } from "../kit/http/problem.ts";
import type { Audit } from "./chain/verify-database.ts";
import type { Explainer } from "./explain.ts";

export interface AdminArgs {
  explainer: Explainer;
  /** Goes through the whole audit trail. */
  audit(): Promise<Audit>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Routes of the admin port, for `trizone reconcile-order` and for auditors. */
export function adminRoutes(app: Hono, { explainer, audit }: AdminArgs): void {
  const explain = async (id: string) => {
    const found = UUID.test(id) ? await explainer.explain(id) : undefined;
    if (!found) throw new ProblemError(404, "There is no order of this id.");
    return found;
  };
  let auditing: Promise<Audit> | undefined;

  app.get("/orders/:id/explain", async (c) => c.json(await explain(c.req.param("id"))));

  app.post("/orders/:id/redrive", async (c) => {
    const { repair } = await explain(c.req.param("id"));
    if (!repair) throw new ProblemError(409, "There is nothing to repair.");
    await explainer.redrive(repair);
    return c.json(repair, 202);
  });

  // Reads all that was ever stored: one at a time is enough.
  app.get("/audit", async (c) => {
    auditing ??= audit().finally(() => {
      auditing = undefined;
    });
    return c.json(await auditing);
  });
}
