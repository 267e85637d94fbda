import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { messageOf } from "../api/problems.ts";
import { Notice } from "../ui/states.tsx";
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
  const again = () => {
    signIn("/").catch((reason: unknown) =>
      setError(new Error(`The sign-in page can't be reached (${messageOf(reason)}). Try again shortly.`)),
    );
  };
  if (error === undefined)
    return (
      <main className="welcome">
        <h1>Signing in…</h1>
        <p className="muted">You are taken back to where you were.</p>
      </main>
    );
  return (
    <main className="welcome">
      <h1>The sign-in failed</h1>
      <Notice kind="bad">{messageOf(error)}</Notice>
      <p>An answer of the sign-in page can be used once, and only in the tab that asked for it.</p>
      <button type="button" className="button primary" onClick={again}>
        Start again
      </button>
    </main>
  );
}
