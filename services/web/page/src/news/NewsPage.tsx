import { useState } from "react";
import { INSTRUMENTS } from "../../../../market/instruments.ts";
import { Select } from "../ui/controls.tsx";
import { Confirm } from "../ui/Dialog.tsx";
import { More } from "../ui/More.tsx";
import { Empty, Loaded, Notice, Refused } from "../ui/states.tsx";
import { AnalyseForm } from "./AnalyseForm.tsx";
import { AnalysisCard } from "./AnalysisCard.tsx";
import "./news.css";
import { useForget, useHistory } from "./news-queries.ts";

const SYMBOLS = [
  ["", "Any share"] as const,
  ...[...INSTRUMENTS.keys()].sort().map((one) => [one, one] as const),
];
const LABELS = [
  ["", "Any label"],
  ["positive", "Positive"],
  ["neutral", "Neutral"],
  ["negative", "Negative"],
] as const;

/** Market news: what a text means for its subject, and what was answered before. */
export default function NewsPage() {
  const [symbol, setSymbol] = useState("");
  const [label, setLabel] = useState("");
  const [asking, setAsking] = useState(false);
  const history = useHistory({ symbol: symbol || undefined, label: label || undefined });
  const forget = useForget();
  const items = history.data?.pages.flatMap((page) => page.items);
  return (
    <div className="page">
      <h1>Market news</h1>
      <div className="news-columns">
        <AnalyseForm />
        <section className="panel" aria-label="Analysed before">
          <header>
            <h2>Analysed before</h2>
            <div className="row">
              <Select
                label="About"
                options={SYMBOLS}
                value={symbol}
                onChange={({ target }) => setSymbol(target.value)}
              />
              <Select
                label="Label"
                options={LABELS}
                value={label}
                onChange={({ target }) => setLabel(target.value)}
              />
              <button type="button" className="button" onClick={() => setAsking(true)}>
                Delete all
              </button>
            </div>
          </header>
          {forget.error && (
            <Notice kind="bad" onClose={() => forget.reset()}>
              <Refused error={forget.error} />
            </Notice>
          )}
          <Loaded query={{ ...history, data: items }} what="your history" rows={6}>
            {(all) =>
              all.length > 0 ? (
                <div className="cards body">
                  {all.map((analysis) => (
                    <AnalysisCard key={analysis.id} analysis={analysis} />
                  ))}
                </div>
              ) : (
                <Empty title={symbol || label ? "Nothing is like this" : "Nothing was analysed yet"}>
                  <p>Paste a headline or an article to see what the model makes of it.</p>
                </Empty>
              )
            }
          </Loaded>
          <More query={history} count={items?.length ?? 0} what="analyses" />
        </section>
      </div>
      <Confirm
        open={asking}
        title="Delete all your analyses?"
        action="Delete for good"
        kind="danger"
        onClose={() => setAsking(false)}
        onConfirm={() => {
          forget.mutate();
          setAsking(false);
        }}
      >
        <p className="small">The texts' beginnings and the answers are deleted. This can't be taken back.</p>
      </Confirm>
    </div>
  );
}
