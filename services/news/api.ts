import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import {
  bodyFailures,
  createApi,
  documentBody,
  failures,
  json,
  pageOf,
  pageQuery,
  placeOf,
  problem,
  readBody,
  refuseBody,
} from "../kit/http/api.ts";
import { type KitEnv, setHeader } from "../kit/http/app.ts";
import { bodyLimit, TEXTS_BODY_LIMIT } from "../kit/http/body-limit.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { userOf } from "../kit/http/user.ts";
import type { UserLimits } from "../kit/http/user-limits.ts";
import type { Tracing } from "../kit/telemetry/trace.ts";
import { timeOf, uuid7 } from "../kit/uuid.ts";
import { bodyBudget } from "./body-budget.ts";
import type { Prediction } from "./inference/loaded-model.ts";
import { addModelsRoute } from "./models-route.ts";
import { CURSOR, decodeCursor, type Predictions, type StoredPrediction } from "./predictions.ts";
import {
  Analysis,
  AnalysisBatch,
  DeletedHistory,
  NEW_ANALYSIS,
  NEW_ANALYSIS_BATCH,
  NewAnalysis,
  NewAnalysisBatch,
  SYMBOL,
} from "./schemas.ts";
import type { ModelReport } from "./serving/index.ts";
import type { Source } from "./text/readable-text.ts";
import { recordStages } from "./watch/index.ts";

const busy = {
  429: problem("You send more texts than you may; Retry-After says when to come back"),
  503: problem("The model is busy, or the answer could not be stored; Retry-After says when to come back"),
};

const analyse = {
  method: "post" as const,
  path: "/api/analyze",
  summary: "What a piece of market news means for its subject",
  description:
    "The answer is stored in your history. A text that is too long for the model is cut, which the answer says. Nothing is lost by sending the same again: it is analysed and stored again.",
  responses: {
    200: { description: "The answer", content: json(Analysis) },
    ...bodyFailures,
    422: problem("Invalid, or nothing is left without markup"),
    ...failures,
    ...busy,
  },
};

const analyseBatch = {
  method: "post" as const,
  path: "/api/analyze/batch",
  summary: "The same for up to 256 texts at once",
  responses: {
    200: { description: "The answers", content: json(AnalysisBatch) },
    ...bodyFailures,
    422: problem("One of them is invalid, or nothing is left of it without markup: none is analysed"),
    ...failures,
    ...busy,
  },
};

/** Labels of models that anybody publishes. */
const LABEL = /^[^\p{C}]*$/u;

const getHistory = createRoute({
  method: "get",
  path: "/api/analyze/history",
  summary: "What was answered to you, newest first",
  request: {
    query: z.strictObject({
      ...pageQuery(CURSOR),
      symbol: z.string().regex(SYMBOL, { error: "must be 3 to 6 capital letters and digits" }).optional(),
      label: z.string().min(1).max(100).regex(LABEL, { error: "must be printable" }).optional(),
    }),
  },
  responses: { 200: pageOf(Analysis), ...failures },
});

const deleteHistory = createRoute({
  method: "delete",
  path: "/api/analyze/history",
  summary: "Delete all that was stored of your texts and their answers",
  responses: { 200: { description: "Deleted for good", content: json(DeletedHistory) }, ...failures },
});

/** Largest body of one text, in bytes: 100,000 characters that are written as escapes. */
const BODY_LIMIT = 640 * 1024;
/** Bytes of all bodies under way. */
const BODY_BUDGET = 8 * 1024 * 1024;
/** Characters of a text that its stored prediction shows. */
const EXCERPT = 280;

/** What analyses texts with the model that a user gets. */
export interface Analyser {
  /** Throws ProblemError 503 while it is busy; rejects with the signal's reason when the client went away. */
  analyze(
    user: string,
    texts: readonly string[],
    signal?: AbortSignal,
  ): Promise<{ version: string; predictions: Prediction[] }>;
}

export interface NewsArgs {
  reader: { read(sources: readonly Source[]): Promise<string[]> };
  analyser: Analyser;
  /** What operators see of the model. */
  models: () => ModelReport;
  predictions: Pick<Predictions, "store" | "history" | "deleteOf">;
  /** Of texts. */
  limits: UserLimits;
  /** @default no spans are exported */
  tracing?: Tracing | undefined;
}

/** The API of market news: analyse, read and delete the history; each user sees only their own. */
export function newsApi({
  reader,
  analyser,
  models,
  predictions,
  limits,
  tracing,
}: NewsArgs): OpenAPIHono<KitEnv> {
  const app = createApi("Trizone news");
  addModelsRoute(app, models);
  const budget = bodyBudget(BODY_BUDGET, TEXTS_BODY_LIMIT);
  app.post("/api/analyze", bodyLimit(BODY_LIMIT), budget);
  app.post("/api/analyze/batch", bodyLimit(TEXTS_BODY_LIMIT), budget);

  /** @throws ProblemError 422, 429 or 503 */
  async function answer(
    c: Context<KitEnv>,
    items: readonly NewAnalysis[],
    pointer: (index: number) => string,
  ) {
    const user = userOf(c);
    const { startedAt, trace } = c.get("call");
    const headers = limits.take(user, performance.now(), items.length);
    for (const [name, value] of Object.entries(headers)) setHeader(c, name, value);
    const texts = await reader.read(items.map(sourceOf));
    refuseEmpty(items, texts, pointer);
    const { version, predictions: predicted } = await analyser.analyze(user, texts, c.req.raw.signal);
    const answeredAt = performance.now();
    const total = answeredAt - startedAt;
    const stored = predicted.map((prediction, index) =>
      asStored(prediction, texts[index] ?? "", {
        model: version,
        symbol: items[index]?.symbol ?? null,
        total,
      }),
    );
    await predictions.store(user, stored);
    const storedAt = performance.now();
    recordStages(tracing, trace, { version, predictions: predicted }, { answeredAt, storedAt });
    return stored.map(view);
  }

  documentBody(app, analyse, "NewAnalysis", NEW_ANALYSIS);
  app.post(analyse.path, async (c) => {
    const item = await readBody(
      c,
      NewAnalysis,
      (error) => error && refuseBody("The text is not valid.", error),
    );
    const [only] = await answer(c, [item], () => "");
    if (!only) throw new Error("the model answered nothing to one text");
    return c.json(only, 200);
  });

  documentBody(app, analyseBatch, "NewAnalysisBatch", NEW_ANALYSIS_BATCH);
  app.post(analyseBatch.path, async (c) => {
    const refuse = (error: z.core.$ZodError | undefined) =>
      error && refuseBody("The batch is not valid.", error);
    const batch = await readBody(c, NewAnalysisBatch, refuse);
    return c.json({ items: await answer(c, batch.items, (index) => `/items/${index}`) }, 200);
  });

  app.openapi(getHistory, async (c) => {
    const userId = userOf(c);
    const { cursor, ...filter } = c.req.valid("query");
    const before = placeOf(cursor, decodeCursor);
    const page = await predictions.history(userId, {
      before,
      symbol: filter.symbol,
      label: filter.label,
      limit: filter.limit,
    });
    return c.json({ items: page.items.map(view), nextCursor: page.nextCursor }, 200);
  });

  app.openapi(deleteHistory, async (c) => c.json({ deleted: await predictions.deleteOf(userOf(c)) }, 200));

  return app;
}

function sourceOf({ text, html }: NewAnalysis): Source {
  return html === undefined ? { source: text ?? "", markup: "plain" } : { source: html, markup: "html" };
}

/** @throws ProblemError 422 naming each item of which nothing is left */
function refuseEmpty(
  items: readonly NewAnalysis[],
  texts: readonly string[],
  pointer: (index: number) => string,
): void {
  const errors = items.flatMap((item, index) => {
    if (texts[index] !== "") return [];
    const path = `${pointer(index)}/${item.html === undefined ? "text" : "html"}`;
    const message = "holds no text besides markup and control characters";
    return [{ field: path.slice(1).replaceAll("/", "."), pointer: path, message }];
  });
  if (errors.length > 0) throw new ProblemError(422, "There is no text to analyse.", { errors });
}

function asStored(
  prediction: Prediction,
  text: string,
  { model, symbol, total }: { model: string; symbol: string | null; total: number },
): StoredPrediction {
  const { label, confidence, probabilities, tokens, truncatedTokens, unknownTokens, timings } = prediction;
  const { queueMs, tokenizeMs, inferMs } = timings;
  const rounded = Object.entries(probabilities).map(([name, share]) => [name, round(share, 6)]);
  return {
    ...{ id: uuid7(), symbol, label, model, confidence: round(confidence, 6) },
    detail: {
      probabilities: Object.fromEntries(rounded),
      // Not the half of a character that takes two code units.
      excerpt: text.slice(0, EXCERPT).replace(/[\ud800-\udbff]$/, ""),
      characters: text.length,
      ...{ tokens, truncatedTokens, unknownTokens },
      latencyMs: {
        ...{ queue: round(queueMs, 2), tokenise: round(tokenizeMs, 2), infer: round(inferMs, 2) },
        total: round(total, 2),
      },
    },
  };
}

function view({ id, symbol, label, model, confidence, detail }: StoredPrediction): Analysis {
  const { probabilities, excerpt, characters, tokens, truncatedTokens, unknownTokens, latencyMs } = detail;
  return {
    ...{
      id,
      at: new Date(timeOf(id)).toISOString(),
      symbol,
      label,
      confidence,
      probabilities,
      model,
      excerpt,
    },
    input: { characters, tokens, truncatedTokens, unknownTokens },
    latencyMs,
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
