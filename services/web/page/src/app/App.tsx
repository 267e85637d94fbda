import { lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { resumeIntents } from "../api/intents.ts";
import { messageOf } from "../api/problems.ts";
import { queryClient } from "../api/query-client.ts";
import { TradePage } from "../trade/TradePage.tsx";
import { announce } from "../ui/announce.tsx";
import { loadPart } from "../ui/load-part.ts";
import { Loading, Nothing } from "../ui/states.tsx";
import { Callback } from "./Callback.tsx";
import { PageBoundary } from "./PageBoundary.tsx";
import { Shell } from "./Shell.tsx";
import { useSession } from "./use-session.ts";
import { Welcome } from "./Welcome.tsx";

const OrdersPage = lazy(loadPart(() => import("../trade/OrdersPage.tsx")));
const PortfolioPage = lazy(loadPart(() => import("../trade/PortfolioPage.tsx")));
const NewsPage = lazy(loadPart(() => import("../news/NewsPage.tsx")));
const ZonesPage = lazy(loadPart(() => import("../zones/ZonesPage.tsx")));
const DrillsPage = lazy(loadPart(() => import("../zones/DrillsPage.tsx")));
const ModelsPage = lazy(loadPart(() => import("../zones/ModelsPage.tsx")));

const TITLES: [RegExp, string][] = [
  [/^\/trade/, "Trade"],
  [/^\/orders/, "Orders"],
  [/^\/portfolio/, "Portfolio"],
  [/^\/news/, "News"],
  [/^\/zones\/drills/, "Drills"],
  [/^\/zones/, "Zones"],
  [/^\/models/, "Models"],
];

/** The page's paths, and what is shown at each. */
export function App() {
  const session = useSession();
  const [path] = useLocation();
  useEffect(() => {
    const title = TITLES.find(([pattern]) => pattern.test(path))?.[1];
    document.title = title ? `${title} – Trizone` : "Trizone";
  }, [path]);
  const userId = session?.userId;
  useEffect(() => {
    if (!userId) return;
    resumeIntents(userId, ({ words }, error) => {
      announce(error ? `${words}: ${messageOf(error)}` : `${words}: accepted`);
      void queryClient.invalidateQueries();
    });
  }, [userId]);

  if (path === "/callback") return <Callback />;
  if (!session) return <Welcome />;
  return (
    <Shell session={session}>
      <PageBoundary key={path.split("/")[1]}>
        <Suspense fallback={<Loading what="the page" rows={8} />}>
          <Switch>
            <Route path="/">
              <Redirect to="/trade" replace />
            </Route>
            <Route path="/trade/:symbol?" component={TradePage} />
            <Route path="/orders/:id?" component={OrdersPage} />
            <Route path="/portfolio" component={PortfolioPage} />
            <Route path="/news" component={NewsPage} />
            {session.operator && <Route path="/zones" component={ZonesPage} />}
            {session.operator && <Route path="/zones/drills/:id?" component={DrillsPage} />}
            {session.operator && <Route path="/models" component={ModelsPage} />}
            <Route path="/zones/*?">
              <OperatorsOnly />
            </Route>
            <Route path="/models">
              <OperatorsOnly />
            </Route>
            <Route>
              <Nothing title="There is no such page">
                <a href="/trade">Go to Trade</a>
              </Nothing>
            </Route>
          </Switch>
        </Suspense>
      </PageBoundary>
    </Shell>
  );
}

function OperatorsOnly() {
  return (
    <Nothing title="This page is for operators">
      <p>Ask whoever manages users to add you to the group “operators”, then sign in again.</p>
    </Nothing>
  );
}
