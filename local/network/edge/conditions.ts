import { BlockList, isIPv6 } from "node:net";
import type { Condition } from "../rule-types.ts";
import { wildcard } from "../load-balancer/wildcard.ts";

/** What a listener rule can look at. */
export interface RequestView {
  method: string;
  /** Without the query string. */
  path: string;
  /** Raw query string without `?`. */
  query: string;
  /** The Host header without its port. */
  host: string;
  /** All values of a header; `name` is in lower case. */
  header(name: string): string[];
  sourceIp: string;
}

export type Test = (request: RequestView) => boolean;

/** Compiles a rule's conditions: a request has to meet all of them, each by any of its values. */
export function compileConditions(conditions: Condition[]): Test {
  const tests = conditions.map(compile);
  return (request) => tests.every((test) => test(request));
}

function compile(condition: Condition): Test {
  switch (condition.field) {
    case "path-pattern": {
      const matches = patterns(condition, false);
      return ({ path }) => matches(path);
    }
    case "host-header": {
      const matches = patterns(condition, true);
      return ({ host }) => matches(host);
    }
    case "http-header": {
      const matches = patterns(condition, true);
      const name = condition.name.toLowerCase();
      return (request) => request.header(name).some(matches);
    }
    case "http-request-method":
      return ({ method }) => condition.values.includes(method);
    case "query-string":
      return queryTest(condition.values);
    case "source-ip":
      return sourceTest(condition.values);
  }
}

function patterns(of: { values: string[]; regexValues: string[] }, ignoreCase: boolean) {
  const all = [
    ...of.values.map((value) => wildcard(value, ignoreCase)),
    ...of.regexValues.map((value) => {
      const expression = new RegExp(value, ignoreCase ? "i" : "");
      return (text: string) => expression.test(text);
    }),
  ];
  return (text: string) => all.some((matches) => matches(text));
}

function queryTest(values: { key?: string; value: string }[]): Test {
  const wanted = values.map(({ key, value }) => ({
    key: key === undefined ? undefined : wildcard(key, true),
    value: wildcard(value, true),
  }));
  return ({ query }) => {
    const pairs = [...new URLSearchParams(query)];
    return wanted.some(({ key, value }) =>
      pairs.some(([name, text]) => (key === undefined || key(name)) && value(text)),
    );
  };
}

function sourceTest(ranges: string[]): Test {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    list.addSubnet(address, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  }
  return ({ sourceIp }) => list.check(sourceIp, isIPv6(sourceIp) ? "ipv6" : "ipv4");
}
