import { useEffect, useRef, useState } from "react";
import { grouped } from "./format.ts";
import { Notice, Refused } from "./states.tsx";

interface MoreProps {
  /** A list of which pages are loaded one after another. */
  query: {
    data: { pages: readonly unknown[] } | undefined;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage(): Promise<{ isFetchNextPageError: boolean; error: unknown }>;
  };
  /** Items that are shown. */
  count: number;
  /** What they are called, such as "orders". */
  what: string;
}

/** Below a list: loads its next page, says why that failed, and, to who has asked for pages, that there are no more. */
export function More({ query, count, what }: MoreProps) {
  const { hasNextPage, isFetchingNextPage } = query;
  const [error, setError] = useState<unknown>();
  const end = useRef<HTMLParagraphElement>(null);
  const pressed = useRef(false);
  useEffect(() => {
    // The button that had the focus is gone: whoever uses the keyboard goes on from where it was.
    if (!hasNextPage && pressed.current) end.current?.focus();
    pressed.current = false;
  }, [hasNextPage]);
  const load = async () => {
    if (isFetchingNextPage) return;
    pressed.current = true;
    const result = await query.fetchNextPage();
    setError(result.isFetchNextPageError ? result.error : undefined);
  };
  if (hasNextPage)
    return (
      <div className="state">
        {error !== undefined && (
          <Notice kind="bad">
            <Refused error={error} />
          </Notice>
        )}
        {/* Not disabled meanwhile: that would take the focus away. */}
        <button
          type="button"
          className="button"
          aria-disabled={isFetchingNextPage}
          onClick={() => void load()}
        >
          {isFetchingNextPage ? "Loading…" : `Show older ${what}`}
        </button>
      </div>
    );
  if ((query.data?.pages.length ?? 0) < 2) return null;
  return (
    <p className="state" ref={end} tabIndex={-1}>
      These are all {grouped(String(count))} {what}.
    </p>
  );
}
