import axe from "axe-core";
import type { Page } from "playwright-core";

interface Violation {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds wrong in the page as it is now, a line each. @param what is shown, for these lines */
export async function judge(page: Page, what: string): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate(
    `axe.run(document, ${JSON.stringify({ runOnly: RULES })}).then((all) => all.violations)`,
  )) as Violation[];
  return found.map(({ id, nodes }) => {
    const [node] = nodes;
    return `${id} on ${what}: ${node?.html} ${node?.failureSummary}`;
  });
}
