import { readableText, type Source } from "./readable-text.ts";

/** What a person would read of each. */
export function read(sources: readonly Source[]): string[] {
  return sources.map(({ source, markup }) => readableText(source, markup));
}
