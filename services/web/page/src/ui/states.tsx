import type { ReactNode } from "react";
import { said } from "../api/problems.ts";

/** In the place of what is on its way. @param rows lines to hold the room of */
export function Loading({ rows = 4, what }: { rows?: number; what: string }) {
  return (
    <div className="body stack" role="status" aria-label={`Loading ${what}`}>
      {Array.from({ length: rows }, (_, i) => i).map((row) => (
        <div key={row} className="skeleton" />
      ))}
    </div>
  );
}

/** In the place of a list that has nothing in it, with what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** In the place of a whole page that is not there, or not for the user. */
export function Nothing({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="state">
      <h1>{title}</h1>
      {children}
    </div>
  );
}

/** In the place of what could not be loaded: what happened, and a way to try now. */
function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { title, text } = said(error);
  return (
    <div className="state" role="alert">
      <strong>{title}</strong>
      <span>{text}</span>
      {retry && (
        <button type="button" className="button" onClick={retry}>
          Try now
        </button>
      )}
    </div>
  );
}

/** Why what the user did has failed, in the words of a `Notice`; the page doesn't do it again by itself. */
export function Refused({ error }: { error: unknown }) {
  const { title, text } = said(error, "user");
  return (
    <>
      <strong>{title}.</strong> {text}
    </>
  );
}

/** A problem beside what caused it. */
export function Notice({
  kind,
  children,
  onClose,
}: {
  kind: "bad" | "wait" | "good" | "plain";
  children: ReactNode;
  onClose?: () => void;
}) {
  return (
    <div className={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      <div>{children}</div>
      {onClose && (
        <button type="button" className="button quiet" onClick={onClose}>
          Dismiss
        </button>
      )}
    </div>
  );
}

interface QueryLike<Data> {
  data: Data | undefined;
  error: unknown;
  isPending: boolean;
  refetch(): unknown;
}

/** What a query brought, or that it is on its way, or why it didn't come; what it brought before stays while it fails. */
export function Loaded<Data>({
  query,
  what,
  rows,
  children,
}: {
  query: QueryLike<Data>;
  what: string;
  rows?: number;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Loading what={what} {...(rows === undefined ? {} : { rows })} />;
}
