import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { messageOf } from "../api/problems.ts";
import { finishSignIn, signIn } from "./session.ts";

/** An answer of the issuer can be used once, and React may run an effect twice. */
let finishing: Promise<string> | undefined;

/** Where the issuer sends the browser after the sign-in. */
export function Callback() {
  const [, go] = useLocation();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    finishing ??= finishSignIn();
    finishing.then(
      (path) => {
        finishing = undefined;
        go(path, { replace: true });
      },
      (reason: unknown) => {
        finishing = undefined;
        setError(reason);
      },
    );
  }, [go]);
  if (error === undefined) return <p className="state">Signing in…</p>;
  return (
    <main className="welcome">
      <h1>The sign-in failed</h1>
      <p role="alert">{messageOf(error)}</p>
      <button type="button" className="button primary" onClick={() => void signIn("/")}>
        Start again
      </button>
    </main>
  );
}
