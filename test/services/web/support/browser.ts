import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type RunningPod, startPod } from "../../../support/pod.ts";
import { type StandIn, startStandIn } from "./api.ts";
import { type PageIssuer, startPageIssuer } from "./issuer.ts";

const PLACES = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** The browser of this machine. Nothing where there is none, which is an error in CI. */
function chromiumPath(): string | undefined {
  const found = PLACES.find((path) => path && existsSync(path));
  if (!found && process.env.CI)
    throw new Error("CI has no Chromium: install Debian's package, or set CHROMIUM.");
  return found;
}

/** Skips a suite, with its reason, where there is no browser. */
export function needsChromium(context: Mocha.Context): string {
  const path = chromiumPath();
  if (path) return path;
  console.log("      skipped: there is no Chromium; install Debian's package `chromium`, or set CHROMIUM");
  return context.skip();
}

export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });

/** The page with its web server, a stand-in for the API behind it, an issuer, and a browser. */
export interface Stage {
  web: RunningPod;
  api: StandIn;
  issuer: PageIssuer;
  browser: Browser;
  /** What the policy blocked, and what scripts failed at, in all pages so far. */
  complaints: string[];
  /** Opens a path in a fresh browser profile. */
  open(path?: string, options?: Parameters<Browser["newContext"]>[0]): Promise<Page>;
  stop(): Promise<void>;
}

export const TRADER = { name: "ana", groups: [] };
export const OPERATOR = { name: "ops", groups: ["operators"] };

async function startStage(executablePath: string): Promise<Stage> {
  const issuer = await startPageIssuer(TRADER);
  const api = await startStandIn(issuer);
  const environment = { API_URL: api.url, ISSUER: issuer.url, CLIENT_ID: issuer.clientId };
  const [web, browser] = await Promise.all([startPod("web", environment), launch(executablePath)]);
  const contexts = new Set<BrowserContext>();
  const complaints: string[] = [];
  return {
    web,
    api,
    issuer,
    browser,
    complaints,
    async open(path = "/", options = {}) {
      for (const context of contexts) await context.close();
      contexts.clear();
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        reducedMotion: "reduce",
        ...options,
      });
      contexts.add(context);
      context.setDefaultTimeout(10_000);
      const page = await context.newPage();
      page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
      page.on("console", (message) => {
        if (/Content Security Policy|Trusted|Refused to/i.test(message.text()))
          complaints.push(message.text());
      });
      await page.goto(web.url + path);
      return page;
    },
    async stop() {
      await browser.close();
      await web.stop();
      await Promise.all([api.close(), issuer.close()]);
    },
  };
}

/**
 * Has a suite's tests run on a stage, which is started before them and stopped after them.
 * @param use is given it once it is there
 */
export function onStage(use: (stage: Stage) => void | Promise<void>): void {
  let stage: Stage | undefined;
  before(async function () {
    this.timeout(150_000);
    stage = await startStage(needsChromium(this));
    await use(stage);
  });
  after(() => stage?.stop());
}

/** Signs in from the welcome page, as the issuer's user. */
export async function signIn(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** Where screenshots are written for whoever looks at a run: git ignores it. */
const OUTPUT = join(import.meta.dirname, "../../../../dist/screenshots");

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(OUTPUT, { recursive: true });
  await page.screenshot({ path: join(OUTPUT, `${name}.png`) });
}
