import { useSyncExternalStore } from "react";
import { type Connection, connection, onConnection } from "../api/connection.ts";
import { currentSession, onSession, type Session } from "./session.ts";

/** Who is signed in; the component is drawn anew when that changes. */
export function useSession(): Session | undefined {
  return useSyncExternalStore(onSession, currentSession);
}

/** How the API answers. */
export function useConnection(): Connection {
  return useSyncExternalStore(onConnection, connection);
}

function onNetwork(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

/** Whether the browser believes that it has a network. */
export function useOnline(): boolean {
  return useSyncExternalStore(onNetwork, () => navigator.onLine);
}
