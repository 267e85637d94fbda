import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadConfig } from "./api/config.ts";
import { queryClient } from "./api/query-client.ts";
import { followSession } from "./api/quotes.ts";
import { App } from "./app/App.tsx";
import { openSession } from "./app/session.ts";
import { applyTheme, chosenTheme } from "./app/theme.ts";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/controls.css";
import "./app/shell.css";
import "./trade/trade.css";

applyTheme(chosenTheme());
const element = document.getElementById("root");
if (!element) throw new Error("index.html has no element #root");
const root = createRoot(element);

const config = await loadConfig();
await openSession(config);
followSession();
root.render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);

// Once the first view is drawn and nothing that it began is left to do.
requestAnimationFrame(() => setTimeout(() => performance.mark("interactive")));
