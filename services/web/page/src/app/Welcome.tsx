import { useState } from "react";
import { messageOf } from "../api/problems.ts";
import { Notice } from "../ui/states.tsx";
import { signIn } from "./session.ts";

/** What is shown to who isn't signed in; the way back leads to the page that was asked for. */
export function Welcome() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const start = () => {
    setBusy(true);
    setProblem("");
    signIn().catch((error: unknown) => {
      setBusy(false);
      setProblem(`The sign-in page can't be reached (${messageOf(error)}). Try again shortly.`);
    });
  };
  return (
    <main className="welcome">
      <img src={new URL("../ui/icon.svg", import.meta.url).href} alt="" width="48" height="48" />
      <h1>Trizone</h1>
      <p>
        Trade Australian shares on live quotes, read what the news means, and rely on three availability
        zones.
      </p>
      {problem && <Notice kind="bad">{problem}</Notice>}
      <button type="button" className="button primary" onClick={start} disabled={busy}>
        {busy ? "Opening the sign-in page…" : "Sign in"}
      </button>
      <p className="muted small">Prices, money and the market here are simulated.</p>
    </main>
  );
}
