import { WeightedRotation } from "../rotation.ts";
import type { Action, Condition, Forward, Rule } from "../state.ts";
import type { RequestView } from "./request-view.ts";
import { wildcard } from "./wildcard.ts";

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
