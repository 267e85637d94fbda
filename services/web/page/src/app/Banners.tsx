import { useSyncExternalStore } from "react";
import { forgetIntent, onIntents, pendingIntents } from "../api/intents.ts";
import { said } from "../api/problems.ts";
import { useStreamState } from "../api/quotes.ts";
import { Notice } from "../ui/states.tsx";
import { useConnection, useOnline } from "./use-session.ts";

/** What is wrong with the connection, in words, most serious first; and what was sent and has no answer yet. */
export function Banners() {
  const online = useOnline();
  const { up } = useConnection();
  const stream = useStreamState();
  const pending = useSyncExternalStore(onIntents, pendingIntents).filter(({ error }) => error);
  return (
    <div className="banners">
      {connectionNotice(online, up, stream)}
      {pending.map(({ key, words, error }) => (
        <Notice key={key} kind="wait" onClose={() => forgetIntent(key)}>
          <strong>{words}: no answer yet.</strong> {said(error).title}. It is sent again until there is one,
          and counts once however often it is sent. If you dismiss this, look at your orders before you repeat
          it.
        </Notice>
      ))}
    </div>
  );
}

function connectionNotice(online: boolean, up: boolean, stream: ReturnType<typeof useStreamState>) {
  if (!online)
    return (
      <Notice kind="bad">
        <strong>You are offline.</strong> What you see is from before. The page goes on by itself once there
        is a network.
      </Notice>
    );
  if (!up)
    return (
      <Notice kind="bad">
        <strong>The server does not answer.</strong> What you see may be old. This page tries again by itself;
        orders that were accepted are safe.
      </Notice>
    );
  if (stream === "down")
    return (
      <Notice kind="wait">
        <strong>Live quotes are interrupted.</strong> Prices are the last known ones. Connecting again…
      </Notice>
    );
  if (stream === "stale")
    return (
      <Notice kind="wait">
        <strong>Quotes are late.</strong> Nothing has come for some seconds.
      </Notice>
    );
  return null;
}
