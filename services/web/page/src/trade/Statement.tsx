import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api, get } from "../api/client.ts";
import type { Account, StatementLine } from "../api/types.ts";
import { grouped, timeOf } from "../ui/format.ts";
import { Change } from "../ui/numbers.tsx";
import { ScrollRegion } from "../ui/ScrollRegion.tsx";
import { saveFile } from "../ui/save-file.ts";
import { Empty, Loaded, Notice, Refused } from "../ui/states.tsx";
import { csvOf } from "./csv.ts";

const PAGE = 25;
const EXPORT_PAGE = 100;
/** A file of more lines is for a program that reads the API. */
const EXPORT_LINES = 20_000;

const pageOf = (id: string, limit: number, cursor?: string) =>
  get(
    api.GET("/api/accounts/{id}/statement", {
      params: { path: { id }, query: { limit, ...(cursor && { cursor }) } },
    }),
  );

/** What moved on an account, newest first, and all of it as a file. */
export function Statement({ account }: { account: Account }) {
  const { id, currency } = account;
  const [exporting, setExporting] = useState(false);
  const [error, setError] = useState<unknown>();
  const statement = useInfiniteQuery({
    queryKey: ["statement", id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => pageOf(id, PAGE, pageParam),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: 5000,
  });
  const save = async () => {
    setExporting(true);
    setError(undefined);
    try {
      const lines: StatementLine[] = [];
      for (let cursor: string | undefined; lines.length < EXPORT_LINES; ) {
        const page = await pageOf(id, EXPORT_PAGE, cursor);
        lines.push(...page.items);
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      const day = new Date().toISOString().slice(0, 10);
      saveFile(`trizone-${currency}-${day}.csv`, "text/csv", csvOf(lines));
    } catch (reason) {
      setError(reason);
    } finally {
      setExporting(false);
    }
  };
  const lines = statement.data?.pages.flatMap(({ items }) => items);
  return (
    <section className="panel" aria-label={`Statement in ${currency}`}>
      <header>
        <h2>Statement, {currency}</h2>
        <button type="button" className="button" disabled={exporting} onClick={() => void save()}>
          {exporting ? "Collecting…" : "Export as CSV"}
        </button>
      </header>
      {error !== undefined && (
        <Notice kind="bad" onClose={() => setError(undefined)}>
          <Refused error={error} />
        </Notice>
      )}
      <Loaded query={{ ...statement, data: lines }} what="the statement">
        {(items) => (items.length > 0 ? <Lines lines={items} /> : <Empty title="Nothing has moved yet" />)}
      </Loaded>
      {statement.hasNextPage && (
        <p className="state">
          <button type="button" className="button" onClick={() => void statement.fetchNextPage()}>
            Show older lines
          </button>
        </p>
      )}
    </section>
  );
}

function Lines({ lines }: { lines: readonly StatementLine[] }) {
  return (
    <ScrollRegion label="Lines of the statement">
      <table>
        <thead>
          <tr>
            <th scope="col">Time (Sydney)</th>
            <th scope="col">What</th>
            <th scope="col">Order</th>
            <th scope="col" className="number">
              Amount
            </th>
            <th scope="col" className="number">
              Balance
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.line}>
              <td>{timeOf(line.at)}</td>
              <td>{line.kind}</td>
              <td>
                {line.orderId ? (
                  <Link href={`/orders/${line.orderId}`}>Show</Link>
                ) : (
                  <span className="muted">–</span>
                )}
              </td>
              <td className="number">
                <Change value={line.direction === "debit" ? `-${line.amount}` : line.amount} />
              </td>
              <td className="number">{grouped(line.balance)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
