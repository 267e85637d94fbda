import { Link } from "wouter";
import { Empty, Loaded } from "../ui/states.tsx";
import { AnalysisCard } from "./AnalysisCard.tsx";
import "./news.css";
import { useHistory } from "./news-queries.ts";

/** The latest analyses about a share, beside its chart. */
export function SymbolNews({ symbol }: { symbol: string }) {
  const history = useHistory({ symbol }, 6);
  return (
    <Loaded query={{ ...history, data: history.data?.pages.flatMap(({ items }) => items) }} what="its news">
      {(items) =>
        items.length > 0 ? (
          <div className="cards body">
            {items.map((analysis) => (
              <AnalysisCard key={analysis.id} analysis={analysis} />
            ))}
          </div>
        ) : (
          <Empty title={`You have had no news of ${symbol} analysed`}>
            <Link href="/news">Analyse a headline</Link>
          </Empty>
        )
      }
    </Loaded>
  );
}
