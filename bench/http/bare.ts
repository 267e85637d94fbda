import { serve } from "@hono/node-server";
import { Hono } from "hono";

/** The peer: what a framework's POST costs where nothing is checked, measured or passed on. */
const app = new Hono();
app.post("/api/transactions", async (c) => c.json(await c.req.json(), 201));
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => process.stdout.write(`${port}\n`));
