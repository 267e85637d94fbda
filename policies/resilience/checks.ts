import { type Check, display, items, read, UNKNOWN, unset } from "../shared/index.ts";

/** A property, or one below it (`a.b`), that must have this value; an unknown one is refused. */
export const is =
  (path: string, ...expected: unknown[]): Check =>
  (props) => {
    const value = read(props, ...path.split("."));
    return expected.includes(value) ? [] : [`${path} is ${display(value)}`];
  };

/** A property that may be left out, and must not have another value than these. */
export const isIfSet =
  (path: string, ...expected: unknown[]): Check =>
  (props) =>
    unset(read(props, ...path.split("."))) ? [] : is(path, ...expected)(props);

/** A number that must be as large; left out, it is the provider's default. */
export const atLeast =
  (path: string, least: number, byDefault?: number): Check =>
  (props) => {
    const given = read(props, ...path.split("."));
    const value = unset(given) ? byDefault : given;
    return typeof value === "number" && value >= least
      ? []
      : [`${path} is ${display(given)}, not ${least} or more`];
  };

/** A list that must have as many different items; one that isn't known yet is judged in the update. */
export const different =
  (path: string, least: number): Check =>
  (props) => {
    const list = read(props, ...path.split("."));
    if (list === UNKNOWN) return [];
    const found = new Set(items(list).map((item, index) => (item === UNKNOWN ? index : item)));
    return found.size >= least ? [] : [`${path} has ${found.size}, not ${least} or more`];
  };

/** What must never be on. */
export const never =
  (path: string): Check =>
  (props) => {
    const value = read(props, ...path.split("."));
    return unset(value) || value === false ? [] : [`${path} is ${display(value)}`];
  };

export const all =
  (...checks: Check[]): Check =>
  (props) =>
    checks.flatMap((check) => check(props));

/** One of these must hold; says what is wrong with the first. */
export const either =
  (...checks: Check[]): Check =>
  (props) => {
    const findings = checks.map((check) => check(props));
    return findings.some(({ length }) => length === 0) ? [] : (findings[0] ?? []);
  };

/** Judges only what a condition on its properties holds for. */
export const when =
  (condition: (props: unknown) => boolean, check: Check): Check =>
  (props) =>
    condition(props) ? check(props) : [];
