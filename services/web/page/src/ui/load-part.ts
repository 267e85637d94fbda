import { retryDelay } from "../api/query-client.ts";

/** About half a minute; then it may be that a new version has taken the part's files away. */
const TRIES = 8;

/**
 * Loads a part of the page that has scripts of its own, again for as long as the network is away.
 * @example const Chart = lazy(loadPart(() => import("./Chart.tsx")));
 * @throws Error of the last try
 */
export const loadPart =
  <Module>(load: () => Promise<Module>) =>
  async (): Promise<Module> => {
    for (let failures = 0; ; failures += 1) {
      try {
        if (failures > 0) await loadStylesAgain();
        return await load();
      } catch (error) {
        if (navigator.onLine && failures >= TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, retryDelay(failures, error)));
      }
    }
  };

/** Links to style sheets that did not come. A link's own `sheet` doesn't tell: it may be there, and empty. */
const broken = new Set<HTMLLinkElement>();
const note = ({ target }: Event) => {
  if (target instanceof HTMLLinkElement && target.rel === "stylesheet") broken.add(target);
};
// Such an event doesn't rise from the element that it is about, but is on the way down to it.
document.addEventListener("error", note, { capture: true });

/** Vite asks for a part's style sheet only once, also where that has failed. */
async function loadStylesAgain(): Promise<void> {
  await Promise.all([...broken].map(replace));
}

function replace(link: HTMLLinkElement): Promise<unknown> {
  broken.delete(link);
  const another = link.cloneNode() as HTMLLinkElement;
  return new Promise((resolve, reject) => {
    another.onload = resolve;
    another.onerror = () => reject(new Error(`${link.href} could not be loaded.`));
    link.replaceWith(another);
  });
}
