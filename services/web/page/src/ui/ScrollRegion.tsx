import type { ReactNode } from "react";

interface ScrollRegionProps {
  /** What is in it, for who can't see it. */
  label: string;
  children: ReactNode;
}

/**
 * A part of the page that scrolls by itself, as wide tables do. It takes the focus, so that whoever has no pointer can
 * scroll it (WCAG 2.1.1; axe calls it scrollable-region-focusable).
 */
export function ScrollRegion({ label, children }: ScrollRegionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
