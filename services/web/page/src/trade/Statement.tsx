import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { perPage } from "../api/query-client.ts";
import type { Account, StatementLine } from "../api/types.ts";
import { announce } from "../ui/announce.tsx";
import { grouped, timeOf } from "../ui/format.ts";
import { More } from "../ui/More.tsx";
import { Change } from "../ui/numbers.tsx";
import { ScrollRegion } from "../ui/ScrollRegion.tsx";
import { saveFile } from "../ui/save-file.ts";
import { Empty, Loaded, Notice, Refused } from "../ui/states.tsx";
import { statementFile, statementPage } from "./statement-file.ts";

const PAGE = 25;

/** What moved on an account, newest first, and all of it as a file. */
export function Statement({ account }: { account: Account }) {
  const { id, currency } = account;
  const file = useFile(account);
  const statement = useInfiniteQuery({
    queryKey: ["statement", id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => statementPage(id, PAGE, pageParam),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: perPage(5000),
  });
  const lines = statement.data?.pages.flatMap(({ items }) => items);
  return (
    <section className="panel" aria-label={`Statement in ${currency}`}>
      <header>
        <h2>Statement, {currency}</h2>
        <button
          type="button"
          className="button"
          onClick={() => (file.lines === undefined ? void file.save() : file.stop())}
        >
          {file.lines === undefined
            ? "Export as CSV"
            : `Stop the export (${grouped(String(file.lines))} lines so far)`}
        </button>
      </header>
      {file.error !== undefined && (
        <Notice kind="bad" onClose={file.forget}>
          <Refused error={file.error} />
        </Notice>
      )}
      <Loaded query={{ ...statement, data: lines }} what="the statement">
        {(items) => (items.length > 0 ? <Lines lines={items} /> : <Empty title="Nothing has moved yet" />)}
      </Loaded>
      <More query={statement} count={lines?.length ?? 0} what="lines" />
    </section>
  );
}

/** Collects and saves the whole statement, however long; leaving the page ends it. `lines` is undefined when it isn't. */
function useFile({ id, currency }: Account) {
  const [lines, setLines] = useState<number>();
  const [error, setError] = useState<unknown>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const save = async () => {
    const own = new AbortController();
    running.current = own;
    setError(undefined);
    setLines(0);
    let count = 0;
    try {
      const parts = await statementFile(id, own.signal, (collected) => {
        count = collected;
        setLines(collected);
      });
      saveFile(`trizone-${currency}-${new Date().toISOString().slice(0, 10)}.csv`, "text/csv", parts);
      announce(`Saved a file of ${grouped(String(count))} lines`);
    } catch (reason) {
      if (!own.signal.aborted) setError(reason);
    } finally {
      if (running.current === own) setLines(undefined);
    }
  };
  const stop = () => {
    running.current?.abort();
    running.current = undefined;
    setLines(undefined);
  };
  return { lines, error, save, stop, forget: () => setError(undefined) };
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
