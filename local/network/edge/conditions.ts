import { BlockList, isIPv6 } from "node:net";
import type { Condition } from "../rule-types.ts";

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
      const matches = patterns(condition, "");
      return ({ path }) => matches(path);
    }
    case "host-header": {
      const matches = patterns(condition, "i");
      return ({ host }) => matches(host);
    }
    case "http-header": {
      const matches = patterns(condition, "i");
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

function patterns(of: { values: string[]; regexValues: string[] }, flags: string) {
  const all = [
    ...of.values.map((value) => wildcard(value, flags)),
    ...of.regexValues.map((value) => new RegExp(value, flags)),
  ];
  return (text: string) => all.some((one) => one.test(text));
}

/** `*` stands for any characters, `?` for exactly one, and a backslash takes the next one literally. */
export function wildcard(pattern: string, flags: string): RegExp {
  const source = pattern.replace(/\\[*?\\]|[\s\S]/g, (token) => {
    if (token === "*") return ".*";
    if (token === "?") return ".";
    return token.slice(-1).replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  });
  // Runs of stars mean what one does, and would make matching slow.
  return new RegExp(`^${source.replace(/(?:\.\*){2,}/g, ".*")}$`, `s${flags}`);
}

function queryTest(values: { key?: string; value: string }[]): Test {
  const wanted = values.map(({ key, value }) => ({
    key: key === undefined ? undefined : wildcard(key, "i"),
    value: wildcard(value, "i"),
  }));
  return ({ query }) => {
    const pairs = [...new URLSearchParams(query)];
    return wanted.some(({ key, value }) =>
      pairs.some(([name, text]) => (key === undefined || key.test(name)) && value.test(text)),
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
