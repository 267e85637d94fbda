const STAR = Symbol("any characters");
const ANY = Symbol("any character");

type Token = string | typeof STAR | typeof ANY;

/**
 * A test for a load balancer's patterns: `*` stands for any characters, `?` for exactly one, and a backslash takes
 * the next one literally. In the worst case it takes the pattern's length times the text's: a regular expression with
 * several stars would let a client stop the node with one long path.
 */
export function wildcard(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  const tokens = tokenize(ignoreCase ? pattern.toLowerCase() : pattern);
  return (text) => matches(tokens, ignoreCase ? text.toLowerCase() : text);
}

function tokenize(pattern: string): Token[] {
  const parts = pattern.match(/\\[*?\\]|[\s\S]/g) ?? [];
  return parts.map((part) => (part === "*" ? STAR : part === "?" ? ANY : part.slice(-1)));
}

/** Goes on after the last star whenever what follows it doesn't fit; earlier stars need never be tried again. */
function matches(tokens: Token[], text: string): boolean {
  let token = 0;
  let star = -1;
  let resume = 0;
  for (let at = 0; at < text.length; ) {
    if (tokens[token] === STAR) {
      star = token;
      resume = at;
      token += 1;
    } else if (tokens[token] === ANY || tokens[token] === text[at]) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      token = star + 1;
      resume += 1;
      at = resume;
    } else return false;
  }
  while (tokens[token] === STAR) token += 1;
  return token === tokens.length;
}
