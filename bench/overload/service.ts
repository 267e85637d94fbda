import { createHash } from "node:crypto";
import { PodEnvironment, readEnvironment } from "../../services/kit/environment.ts";
import { serve } from "../../services/kit/serve.ts";

/** About a millisecond of a core: that of an order in its service. A digest, as a time would not be the same work. */
const BLOCK = Buffer.alloc(1024 * 1024);

/** A pod like any other, whose one route does nothing but work. */
await serve(readEnvironment(PodEnvironment), () => ({
  routes(app) {
    app.post("/work", (c) => c.json({ digest: createHash("sha256").update(BLOCK).digest("hex") }));
  },
}));
