import type { Hono } from "hono";
import { setAutoshift } from "./autoshifts.ts";
import {
  AutoshiftInput,
  checked,
  type Env,
  jsonBody,
  PracticeChange,
  PracticeInput,
  ResourceId,
  ShiftId,
  StartPracticeInput,
} from "./input.ts";
import {
  cancelPractice,
  createPractice,
  deletePractice,
  startPractice,
  updatePractice,
} from "./practice-runs.ts";
import type { ZonalShifts } from "./store.ts";
import { wirePractice, wireShift } from "./wire.ts";

/** The operations on autoshift and practice runs of a resource. */
export function practiceRoutes(app: Hono<Env>, shifts: ZonalShifts): void {
  app.put("/managedresources/:resourceIdentifier", async (c) => {
    const { resourceIdentifier } = checked(ResourceId, c.req.param());
    const { zonalAutoshiftStatus } = checked(AutoshiftInput, await jsonBody(c.req.raw));
    await shifts.change(setAutoshift(resourceIdentifier, zonalAutoshiftStatus));
    return c.json({ resourceIdentifier, zonalAutoshiftStatus });
  });
  app.post("/configuration", async (c) => {
    const { resourceIdentifier, ...practice } = checked(PracticeInput, await jsonBody(c.req.raw));
    const resource = await shifts.change(createPractice(resourceIdentifier, practice));
    return c.json(wirePractice(resource, shifts.situation()), 201);
  });
  app.patch("/configuration/:resourceIdentifier", async (c) => {
    const { resourceIdentifier } = checked(ResourceId, c.req.param());
    const change = checked(PracticeChange, await jsonBody(c.req.raw));
    const resource = await shifts.change(updatePractice(resourceIdentifier, change));
    return c.json(wirePractice(resource, shifts.situation()));
  });
  app.delete("/configuration/:resourceIdentifier", async (c) => {
    const { resourceIdentifier } = checked(ResourceId, c.req.param());
    const resource = await shifts.change(deletePractice(resourceIdentifier));
    return c.json(wirePractice(resource, shifts.situation()));
  });
  app.post("/practiceruns", async (c) => {
    const { resourceIdentifier, ...input } = checked(StartPracticeInput, await jsonBody(c.req.raw));
    const run = await shifts.change(startPractice({ resource: resourceIdentifier, ...input }));
    return c.json(wireShift(run, shifts.now()));
  });
  app.delete("/practiceruns/:zonalShiftId", async (c) => {
    const { zonalShiftId } = checked(ShiftId, c.req.param());
    return c.json(wireShift(await shifts.change(cancelPractice(zonalShiftId)), shifts.now()));
  });
}
