import { z } from "@hono/zod-openapi";
import { closed, type JsonSchema } from "../kit/http/api.ts";

/** Texts of one request at most. */
export const MAX_TEXTS = 256;

/** UTF-16 code units of one text at most. */
const MAX_LENGTH = 100_000;

/** Symbols that a text may be about. */
export const SYMBOL = /^[A-Z0-9]{3,6}$/;

const source = z
  .string()
  .min(1)
  .max(MAX_LENGTH, { error: `must have no more than ${MAX_LENGTH} characters` })
  .optional();

/** What to analyse: exactly one of `text` and `html`. */
export const NewAnalysis = z
  .strictObject({
    text: source,
    html: source,
    symbol: z.string().regex(SYMBOL, { error: "must be 3 to 6 capital letters and digits" }).optional(),
  })
  .refine(({ text, html }) => (text === undefined) !== (html === undefined), {
    error: "must have either text or html",
  });

export type NewAnalysis = z.infer<typeof NewAnalysis>;

export const NewAnalysisBatch = z.strictObject({
  items: z
    .array(NewAnalysis)
    .min(1)
    .max(MAX_TEXTS, { error: `must be no more than ${MAX_TEXTS}` }),
});

const ofSource = (name: string, description: string): JsonSchema =>
  closed(
    {
      [name]: { type: "string", minLength: 1, maxLength: MAX_LENGTH, description },
      symbol: {
        type: "string",
        pattern: SYMBOL.source,
        description: "The instrument that it is about, by which the history is filtered",
        example: "BHP",
      },
    },
    ["symbol"],
  );

/** JSON Schema of the body of an analysis. */
export const NEW_ANALYSIS: JsonSchema = {
  oneOf: [
    ofSource("text", "A headline or an article. Tags of HTML and what is in scripts and styles are left out"),
    ofSource("html", "The same as HTML: all tags are left out"),
  ],
};

/** JSON Schema of the body of a batch. */
export const NEW_ANALYSIS_BATCH = closed({
  items: {
    type: "array",
    minItems: 1,
    maxItems: MAX_TEXTS,
    items: { $ref: "#/components/schemas/NewAnalysis" },
  },
});

const count = (description: string) => z.number().int().openapi({ description });
const ms = z.number().openapi({ description: "Milliseconds" });

/** What the classifier says of a text. */
export const Analysis = z
  .object({
    id: z.uuid(),
    at: z.iso.datetime(),
    symbol: z.string().nullable(),
    label: z.string().openapi({ description: "The most probable class", example: "positive" }),
    confidence: z.number().openapi({ description: "Probability of the label" }),
    probabilities: z.record(z.string(), z.number()).openapi({
      description: "Of each class; 1 together",
      example: { negative: 0.04, neutral: 0.1, positive: 0.86 },
    }),
    model: z.string().openapi({ description: "Version of the model", example: "1.0.0" }),
    excerpt: z
      .string()
      .openapi({ description: "Up to 280 characters of the text as the model read it, no markup" }),
    input: z.object({
      characters: count("Characters without markup"),
      tokens: count("Tokens that these are, with the two that every text gets"),
      truncatedTokens: count("Of them, those at the end that were too many for the model, and cut"),
      unknownTokens: count("Of them, those that the model's vocabulary lacks"),
    }),
    latencyMs: z
      .object({ queue: ms, tokenise: ms, infer: ms, total: ms })
      .openapi({ description: "Until the answer was known; storing it comes after" }),
  })
  .openapi("Analysis");

export type Analysis = z.infer<typeof Analysis>;

export const AnalysisBatch = z
  .object({ items: z.array(Analysis) })
  .openapi("AnalysisBatch", { description: "In the order of the request" });

export const DeletedHistory = z
  .object({ deleted: count("Analyses that were deleted") })
  .openapi("DeletedHistory");
