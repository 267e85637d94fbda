import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { Announcements } from "../ui/announce.tsx";
import { Banners } from "./Banners.tsx";
import { MarketClock } from "./MarketClock.tsx";
import { StatusBar } from "./StatusBar.tsx";
import type { Session } from "./session.ts";
import { UserMenu } from "./UserMenu.tsx";

const PAGES = [
  ["/trade", "Trade"],
  ["/orders", "Orders"],
  ["/portfolio", "Portfolio"],
  ["/news", "News"],
] as const;

const OPERATORS_PAGES = [
  ["/zones", "Zones"],
  ["/zones/drills", "Drills"],
  ["/models", "Models"],
] as const;

/** What surrounds every page: its navigation, the market's clock, who is signed in, and what is wrong with the connection. */
export function Shell({ session, children }: { session: Session; children: ReactNode }) {
  const [path] = useLocation();
  const pages = session.operator ? [...PAGES, ...OPERATORS_PAGES] : PAGES;
  const current = pages.filter(([href]) => path === href || path.startsWith(`${href}/`)).at(-1)?.[0];
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="top">
        <Link href="/trade" className="brand">
          <img src={new URL("../ui/icon.svg", import.meta.url).href} alt="" width="22" height="22" />
          <span>Trizone</span>
        </Link>
        <nav aria-label="Pages">
          {pages.map(([href, text]) => (
            <Link
              key={href}
              href={href}
              className="page-link"
              aria-current={href === current ? "page" : undefined}
            >
              {text}
            </Link>
          ))}
        </nav>
        <MarketClock />
        <UserMenu session={session} />
      </header>
      <Banners />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <StatusBar />
      <Announcements />
    </div>
  );
}
