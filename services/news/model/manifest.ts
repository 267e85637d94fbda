import { z } from "zod";

/** Why a version of a model is refused: names the file at fault, and what is wrong with it. */
export class ModelError extends Error {
  readonly version: string;
  readonly file: string;
  readonly problem: string;

  /** @param problem a clause about the file, e.g. "is truncated: 10 of 20 bytes" */
  constructor(version: string, file: string, problem: string, options?: ErrorOptions) {
    super(`Model ${version}: ${file} ${problem}`, options);
    this.name = "ModelError";
    this.version = version;
    this.file = file;
    this.problem = problem;
  }
}

/** Inputs that the service knows how to make of a text. */
const INPUTS = ["input_ids", "attention_mask", "token_type_ids"] as const;

/** A version is a folder's name in the bucket, so that it must not lead out of it. */
const VERSION = /^[0-9A-Za-z][0-9A-Za-z._+-]{0,63}$/;
const FILE = /^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$/;

/** Whether a name may be a version's. */
export const isVersion = (name: string) => VERSION.test(name);

const whole = z.number().int().min(0);

/** A histogram: counts[0] is below edges[0], counts[i] is edges[i-1] <= x < edges[i], the last is >= the last edge. */
const Histogram = z
  .object({ edges: z.array(z.number()).min(1), counts: z.array(whole) })
  .refine(({ edges, counts }) => counts.length === edges.length + 1, "counts must be one more than edges");

/** What a version predicted on its validation split, to which later predictions are compared. */
const Reference = z.object({
  samples: whole,
  /** How many were predicted as each label, in the order of `labels`. */
  labels: z.array(whole),
  confidence: Histogram,
  /** Lengths in tokens, special ones included, after truncation. */
  tokens: Histogram,
  /** Unknown tokens / tokens. */
  unknownShare: z.number().min(0).max(1),
});

/** The document `<version>/manifest.json` in the model bucket (schema 1). */
export const Manifest = z
  .object({
    schema: z.literal(1),
    name: z.string().min(1),
    version: z.string().regex(VERSION),
    created: z.string(),
    license: z.string(),
    /** The model that this one was made of. */
    base: z.string(),
    architecture: z.string(),
    /** File name of the ONNX graph. */
    model: z.string().regex(FILE),
    precision: z.string(),
    opset: whole.optional(),
    /** The graph's inputs, each int64 [batch, sequence]. */
    inputs: z.array(z.enum(INPUTS)).min(2),
    /** The graph's output, float32 [batch, labels]. */
    output: z.string().min(1),
    /** In the order of the logits. */
    labels: z.array(z.string().min(1)).min(2).max(50),
    /** Tokens of a text at most, special ones included; longer texts are cut. */
    maxTokens: z.number().int().min(8).max(8192),
    padTokenId: whole,
    unkTokenId: whole,
    /** Probabilities are softmax(logits / temperature). */
    temperature: z.number().positive(),
    metrics: z.record(z.string(), z.unknown()).optional(),
    reference: Reference.optional(),
    /** Every file of the version but the manifest itself. */
    files: z.record(
      z.string().regex(FILE),
      z.object({ bytes: z.number().int().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    ),
  })
  .superRefine(({ inputs, labels, files, model, reference }, { addIssue }) => {
    const wrong = (path: string, message: string) => addIssue({ code: "custom", path: [path], message });
    for (const name of ["input_ids", "attention_mask"] as const)
      if (!inputs.includes(name)) wrong("inputs", `must include ${name}`);
    if (new Set(inputs).size !== inputs.length) wrong("inputs", "must be different names");
    if (new Set(labels).size !== labels.length) wrong("labels", "must be different names");
    for (const file of ["config.json", "tokenizer.json", model])
      if (!files[file]) wrong("files", `must list ${file}`);
    if (files["manifest.json"]) wrong("files", "must not list manifest.json itself");
    if (reference && reference.labels.length !== labels.length)
      wrong("reference", `must count ${labels.length} labels`);
  });

export type Manifest = z.infer<typeof Manifest>;

/** @throws ModelError of `manifest.json`, naming each wrong property. */
export function parseManifest(version: string, text: string): Manifest {
  const result = Manifest.safeParse(parseJson(version, "manifest.json", text));
  if (!result.success) {
    const problems = result.error.issues.map(
      ({ path, message }) => `${path.join(".") || "document"}: ${message}`,
    );
    throw new ModelError(version, "manifest.json", `doesn't follow schema 1: ${problems.join("; ")}`);
  }
  if (result.data.version !== version)
    throw new ModelError(version, "manifest.json", `is of version ${result.data.version}`);
  return result.data;
}

const Config = z.object({
  id2label: z.record(z.string(), z.string()),
  vocab_size: z.number().int().optional(),
});

/** Checks that `config.json` has the manifest's labels in the same order. @throws ModelError of `config.json`. */
export function checkConfig({ version, labels }: Manifest, text: string): void {
  const result = Config.safeParse(parseJson(version, "config.json", text));
  if (!result.success)
    throw new ModelError(version, "config.json", "has no id2label: it isn't that of a classifier");
  const { id2label } = result.data;
  const named = Object.keys(id2label).map((_, i) => id2label[String(i)]);
  if (named.length !== labels.length || named.some((label, i) => label !== labels[i]))
    throw new ModelError(
      version,
      "config.json",
      `has the labels ${named.join(", ")}, but the manifest ${labels.join(", ")}`,
    );
}

function parseJson(version: string, file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelError(version, file, "is not JSON", { cause });
  }
}
