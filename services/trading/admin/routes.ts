import type { Hono } from "hono";
import { ProblemError } from "../../kit/http/problem.ts";
import { isUuid } from "../../kit/uuid.ts";
import type { Audit } from "../chain/verify-database.ts";
import type { OrderReports } from "./order-report.ts";

export interface AdminArgs {
  reports: OrderReports;
  /** Verifies all events that were ever stored; see `verifyChains`. */
  audit(): Promise<Audit>;
}

/** Routes of the admin port, for `trizone reconcile-order` and for auditors. */
export function adminRoutes(app: Hono, { reports, audit }: AdminArgs): void {
  const reportOn = async (id: string) => {
    const found = isUuid(id) ? await reports.find(id) : undefined;
    if (!found)
      throw new ProblemError(
        404,
        "There is no order of this id; ids are UUIDs as GET /api/orders lists them.",
      );
    return found;
  };
  let auditing: Promise<Audit> | undefined;

  app.get("/orders/:id/report", async (c) => c.json(await reportOn(c.req.param("id"))));

  app.post("/orders/:id/redrive", async (c) => {
    const { repair } = await reportOn(c.req.param("id"));
    if (!repair)
      throw new ProblemError(
        409,
        "There is nothing to repair: nothing is wrong with this order that a repair could change.",
      );
    await reports.redrive(repair);
    return c.json(repair, 202);
  });

  // It reads all that was ever stored, so that requests that come meanwhile share one audit.
  app.get("/audit", async (c) => {
    auditing ??= audit().finally(() => {
      auditing = undefined;
    });
    return c.json(await auditing);
  });
}
