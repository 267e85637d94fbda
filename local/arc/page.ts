import { invalid } from "./errors.ts";

/**
 * One page of a list whose keys are unique and sorted by `order` (1 ascending, -1 descending). The token is the last
 * key that was given out, so what is added or removed meanwhile makes no entry appear twice or go missing.
 */
export function page<Item>(
  items: Item[],
  key: (item: Item) => string,
  order: 1 | -1,
  request: { maxResults: number; nextToken?: string | undefined },
): { items: Item[]; nextToken?: string } {
  const after = request.nextToken === undefined ? undefined : decode(request.nextToken);
  const comesAfter = (item: Item) =>
    after === undefined || (key(item) > after ? 1 : key(item) < after ? -1 : 0) === order;
  const rest = items.filter(comesAfter);
  const given = rest.slice(0, request.maxResults);
  const last = given.at(-1);
  return rest.length > given.length && last
    ? { items: given, nextToken: encode(key(last)) }
    : { items: given };
}

const prefix = "after ";

function encode(key: string): string {
  return Buffer.from(prefix + key).toString("base64url");
}

function decode(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (text.startsWith(prefix) && encode(text.slice(prefix.length)) === token)
    return text.slice(prefix.length);
  throw invalid("nextToken must be one that this API answered", "InvalidToken");
}
