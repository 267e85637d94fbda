import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { pageFor } from "./page-of.ts";

interface Stored {
  id: string;
  symbol: string | null;
  label: string;
  [field: string]: unknown;
}

/** Stands in for `news`: a text with "profit" is positive, one with "loss" negative. Its excerpts are what was sent. */
export class StandInNews {
  readonly history: Stored[] = [];

  reset(): void {
    this.history.length = 0;
  }

  routes(): Hono {
    const app = new Hono();
    app.post("/api/analyze", async (c) => {
      const { text, html, symbol = null } = await c.req.json();
      const excerpt = String(text ?? html).slice(0, 280);
      const label = /profit/i.test(excerpt) ? "positive" : /loss/i.test(excerpt) ? "negative" : "neutral";
      const rest = { positive: 0.06, neutral: 0.08, negative: 0.05 };
      const probabilities = {
        ...rest,
        [label]:
          1 - Object.entries(rest).reduce((sum, [name, share]) => sum + (name === label ? 0 : share), 0),
      };
      const analysis = {
        id: randomUUID(),
        at: new Date().toISOString(),
        symbol,
        label,
        confidence: probabilities[label as "neutral"],
        probabilities,
        model: "1.0.0",
        excerpt,
        input: { characters: excerpt.length, tokens: 12, truncatedTokens: 0, unknownTokens: 0 },
        latencyMs: { queue: 1, tokenise: 1, infer: 7, total: 9 },
      };
      this.history.unshift(analysis);
      return c.json(analysis);
    });
    app.get("/api/analyze/history", (c) => {
      const { symbol, label } = c.req.query();
      const items = this.history.filter(
        (one) => (!symbol || one.symbol === symbol) && (!label || one.label === label),
      );
      return c.json(pageFor(c, items, ({ id }) => id));
    });
    app.delete("/api/analyze/history", (c) => {
      const deleted = this.history.length;
      this.reset();
      return c.json({ deleted });
    });
    return app;
  }
}
