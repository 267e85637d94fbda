import type { Action, Forward } from "../rule-types.ts";
import type { Rule } from "../state.ts";
import { compileConditions, type RequestView, type Test } from "../edge/conditions.ts";
import { WeightedRotation } from "../rotation.ts";

/** A forward action with the memory of whose turn it is. */
export interface CompiledForward extends Forward {
  rotation: WeightedRotation<string>;
}

export type CompiledAction = CompiledForward | Exclude<Action, Forward>;

/** A listener's rules, ready to be matched. */
export class Rules {
  readonly #rules: { test: Test; action: CompiledAction }[];

  constructor(rules: Rule[]) {
    this.#rules = rules.map(({ conditions, action }) => ({
      test: compileConditions(conditions),
      action: compileAction(action),
    }));
  }

  /** The action of the first rule that the request meets. */
  match(request: RequestView): CompiledAction | undefined {
    return this.#rules.find(({ test }) => test(request))?.action;
  }

  /** ARNs of the target groups that rules forward to. */
  groups(): string[] {
    return this.#rules.flatMap(({ action }) =>
      action.type === "forward" ? action.groups.filter(({ weight }) => weight > 0).map(({ arn }) => arn) : [],
    );
  }
}

function compileAction(action: Action): CompiledAction {
  if (action.type !== "forward") return action;
  const weighted = action.groups.map(({ arn, weight }) => ({ item: arn, weight }));
  return { ...action, rotation: new WeightedRotation(weighted) };
}
