import { type DragEvent, type FormEvent, useId, useState } from "react";
import { INSTRUMENTS } from "../../../../market/instruments.ts";
import { announce } from "../ui/announce.tsx";
import { Segments, Select } from "../ui/controls.tsx";
import { percent } from "../ui/format.ts";
import { Notice, Refused } from "../ui/states.tsx";
import { AnalysisCard } from "./AnalysisCard.tsx";
import { type Piece, useAnalyse } from "./news-queries.ts";

/** Characters that the API takes. */
const LONGEST = 100_000;
const KINDS = [
  { value: "text", text: "Text" },
  { value: "html", text: "HTML" },
] as const;
const SYMBOLS = [["", "No share in particular"] as const].concat(
  [...INSTRUMENTS.values()].map(({ symbol, name }) => [symbol, `${symbol} – ${name}`] as never),
);

/** Takes a text, as typed, pasted, or from a file, and shows what the model makes of it. */
export function AnalyseForm() {
  const id = useId();
  const [piece, setPiece] = useState<Piece>({ kind: "text", content: "", symbol: "" });
  const [file, setFile] = useState("");
  const [problem, setProblem] = useState<string>();
  const [over, setOver] = useState(false);
  const analyse = useAnalyse();
  const change = (changes: Partial<Piece>) => {
    setPiece((before) => ({ ...before, ...changes }));
    setProblem(undefined);
  };
  const read = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > LONGEST * 4)
      return setProblem(`“${chosen.name}” is too large: up to ${LONGEST} characters are read.`);
    const content = await chosen.text();
    setFile(chosen.name);
    change({ content, kind: /\.html?$/i.test(chosen.name) || chosen.type === "text/html" ? "html" : "text" });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void read(event.dataTransfer.files[0]);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (analyse.isPending) return;
    if (!piece.content.trim()) return setProblem("Type, paste or drop what is to be analysed.");
    if (piece.content.length > LONGEST)
      return setProblem(`Has ${piece.content.length} characters; ${LONGEST} are read at most.`);
    analyse.mutate(piece, {
      onSuccess: ({ label, confidence }) => announce(`${label}, ${percent(confidence, 0)} sure`),
    });
  };
  return (
    <section className="panel" aria-label="Analyse">
      <header>
        <h2>Analyse a piece of news</h2>
        <Segments
          label="Kind"
          compact
          value={piece.kind}
          options={KINDS}
          onChange={(kind) => change({ kind })}
        />
      </header>
      <form className="body stack" onSubmit={submit} noValidate>
        <div className="field">
          <label htmlFor={id}>Headline or article</label>
          <textarea
            id={id}
            className={over ? "input over" : "input"}
            placeholder="Paste text here, or drop a file"
            value={piece.content}
            aria-invalid={problem ? true : undefined}
            aria-describedby={`${id}-hint`}
            onChange={({ target }) => {
              setFile("");
              change({ content: target.value });
            }}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={drop}
          />
          <span
            id={`${id}-hint`}
            className={problem ? "problem" : "hint"}
            role={problem ? "alert" : undefined}
          >
            {problem ?? (file ? `From the file “${file}”.` : "Markup is left out before the model reads it.")}
          </span>
        </div>
        <div className="field">
          <label htmlFor={`${id}-file`}>Or a file</label>
          <input
            id={`${id}-file`}
            type="file"
            className="input"
            accept=".txt,.html,.htm,.md,text/plain,text/html"
            onChange={({ target }) => void read(target.files?.[0])}
          />
        </div>
        <Select
          label="About"
          options={SYMBOLS}
          value={piece.symbol}
          onChange={({ target }) => change({ symbol: target.value })}
        />
        <button type="submit" className="button primary wide" disabled={analyse.isPending}>
          {analyse.isPending ? "Analysing…" : "Analyse"}
        </button>
        {analyse.error && (
          <Notice kind="bad" onClose={() => analyse.reset()}>
            <Refused error={analyse.error} />
          </Notice>
        )}
        {analyse.data && <AnalysisCard analysis={analyse.data} large />}
      </form>
    </section>
  );
}
