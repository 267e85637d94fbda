import { Link } from "wouter";
import type { Analysis } from "../api/types.ts";
import { percent, timeOf } from "../ui/format.ts";

const LOOKS: Record<string, string> = { positive: "good", negative: "bad", neutral: "" };
const SHAPES: Record<string, string> = { positive: "▲", negative: "▼", neutral: "▬" };

/** What the model answered about one text: its label, how sure it is of each class, and which model it was. */
export function AnalysisCard({ analysis, large = false }: { analysis: Analysis; large?: boolean }) {
  const { label, confidence, probabilities, model, excerpt, symbol, at, input, latencyMs } = analysis;
  const classes = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
  return (
    <article className={large ? "analysis large" : "analysis"}>
      <div className="row spread">
        <span className="row">
          <span className={`badge ${LOOKS[label] ?? "info"}`}>
            <span aria-hidden="true">{SHAPES[label] ?? "●"}</span> {label} {percent(confidence, 0)}
          </span>
          {symbol && <Link href={`/trade/${symbol}`}>{symbol}</Link>}
        </span>
        <time className="muted small" dateTime={at}>
          {timeOf(at)}
        </time>
      </div>
      <p className="excerpt">{excerpt}</p>
      <dl className="bars">
        {classes.map(([name, share]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <meter min={0} max={1} value={share} aria-label={name} />
              <span>{percent(share)}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p className="muted tiny">
        Model {model} · {input.tokens} tokens
        {input.truncatedTokens > 0 &&
          ` · the last ${input.truncatedTokens} were too many for the model and were cut`}
        {input.unknownTokens > 0 && ` · ${input.unknownTokens} unknown to it`} · {latencyMs.total.toFixed(0)}{" "}
        ms
      </p>
    </article>
  );
}
