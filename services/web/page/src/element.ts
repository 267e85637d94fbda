/**
 * The element of an id.
 * @throws Error when the page lacks it or it is of another kind.
 */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} with the id ${id}.`);
}

/** Says something to sighted and blind users alike; an empty text takes it back. */
export function announce(text: string): void {
  element("notice", HTMLParagraphElement).textContent = text;
}
