/** Which version of the model answers whom: follows the deployment document, switches, splits, tries and rolls back. */
import type { Hono } from "hono";
import type { ModelVersions } from "./model-versions.ts";

export { followDeployment, type ModelReport, type ModelVersions } from "./model-versions.ts";

/** Adds `GET /model` to the admin port: each version's state, and the reason where it doesn't answer. */
export function addModelRoutes(app: Hono, versions: ModelVersions): void {
  app.get("/model", (c) => c.json(versions.report()));
}
