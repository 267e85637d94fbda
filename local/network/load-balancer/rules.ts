import { WeightedRotation } from "../rotation.ts";
import type { Action, Condition, Forward, Rule } from "../state.ts";
import type { RequestView } from "./request-view.ts";

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

type Test = (request: Pick<RequestView, "host" | "path">) => boolean;

/** A forward action with the turns of its target groups. */
export interface CompiledForward extends Forward {
  rotation: WeightedRotation<string>;
}

export type CompiledAction = CompiledForward | Exclude<Action, Forward>;

/** A listener's rules, ready to be matched. */
export class Rules {
  readonly #rules: { tests: Test[]; action: CompiledAction }[];

  constructor(rules: Rule[]) {
    this.#rules = rules.map(({ conditions, action }) => ({
      tests: conditions.map(compileCondition),
      action: compileAction(action),
    }));
  }

  /** The action of the first rule all of whose conditions the request meets. */
  match(request: Pick<RequestView, "host" | "path">): CompiledAction | undefined {
    return this.#rules.find(({ tests }) => tests.every((test) => test(request)))?.action;
  }

  /** ARNs of the target groups that rules forward to. */
  groups(): string[] {
    return this.#rules.flatMap(({ action }) =>
      action.type === "forward" ? action.groups.filter(({ weight }) => weight > 0).map(({ arn }) => arn) : [],
    );
  }
}

/** Paths are compared by case, hosts are not. */
function compileCondition({ field, values }: Condition): Test {
  const patterns = values.map((value) => wildcard(value, field === "host-header"));
  return ({ host, path }) => patterns.some((matches) => matches(field === "host-header" ? host : path));
}

function compileAction(action: Action): CompiledAction {
  if (action.type !== "forward") return action;
  const weighted = action.groups.map(({ arn, weight }) => ({ item: arn, weight }));
  return { ...action, rotation: new WeightedRotation(weighted) };
}
