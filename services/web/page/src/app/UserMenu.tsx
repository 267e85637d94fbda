import { useState } from "react";
import { messageOf } from "../api/problems.ts";
import { announce } from "../ui/announce.tsx";
import { type Session, signOut } from "./session.ts";
import { applyTheme, chosenTheme, THEMES, type Theme } from "./theme.ts";

const NAMES: Record<Theme, string> = { system: "System", light: "Light", dark: "Dark" };

/** Who is signed in, the page's looks, and the way out. */
export function UserMenu({ session }: { session: Session }) {
  const [theme, setTheme] = useState(chosenTheme);
  const change = (next: Theme) => {
    setTheme(next);
    applyTheme(next);
  };
  const leave = () =>
    signOut().catch((error: unknown) => announce(`You could not be signed out: ${messageOf(error)}`));
  return (
    <div className="user">
      <span className="small user-name">
        {session.name}
        {session.operator && <span className="badge info">operator</span>}
      </span>
      <select
        className="input theme"
        aria-label="Theme"
        value={theme}
        onChange={({ target }) => change(target.value as Theme)}
      >
        {THEMES.map((one) => (
          <option key={one} value={one}>
            {NAMES[one]}
          </option>
        ))}
      </select>
      <button type="button" className="button" onClick={() => void leave()}>
        Sign out
      </button>
    </div>
  );
}
