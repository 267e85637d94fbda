import type { Resource } from "../../engine/index.ts";
import { Reader } from "./read.ts";
import type { Action, Condition, Redirect } from "./rule-types.ts";

/**
 * Actions and conditions of `aws:lb/listener` and `aws:lb/listenerRule`.
 * What this stand-in can't do is an error rather than a request let through: authentication, JWT validation, transforms.
 */
export function readAction(resource: Resource, key: string): Action {
  const properties = new Reader(resource.outputs);
  if (properties.children("transforms").length > 0) throw unsupported(resource, "transforms");
  const actions = properties.children(key).sort((a, b) => a.number("order", 0) - b.number("order", 0));
  const other = actions.find((action) => !SUPPORTED.has(action.text("type")));
  if (other) throw unsupported(resource, `an action of type ${other.text("type") || "(none)"}`);
  const last = actions.at(-1);
  if (!last) throw new Error(`${resource.urn} has no ${key}; give it a forward, redirect or fixed-response`);
  return toAction(last);
}

const SUPPORTED = new Set(["forward", "redirect", "fixed-response"]);

function unsupported(resource: Resource, what: string): Error {
  return new Error(
    `${resource.urn} has ${what}, which the load balancer of a laptop doesn't do; leave it out of this stack`,
  );
}

function toAction(action: Reader): Action {
  if (action.text("type") === "redirect") return toRedirect(action.child("redirect"));
  if (action.text("type") === "fixed-response") {
    const fixed = action.child("fixedResponse");
    return {
      type: "fixed-response",
      status: fixed.number("statusCode", 200),
      contentType: fixed.text("contentType", "text/plain"),
      body: fixed.text("messageBody"),
    };
  }
  const forward = action.child("forward");
  const stickiness = forward.child("stickiness");
  const groups = forward.children("targetGroups").map((group) => ({
    arn: group.text("arn"),
    weight: group.number("weight", 1),
  }));
  return {
    type: "forward",
    groups: groups.length > 0 ? groups : [{ arn: action.text("targetGroupArn"), weight: 1 }],
    stickinessMs: stickiness.flag("enabled", false) ? stickiness.seconds("duration", 3600) : 0,
  };
}

function toRedirect(redirect: Reader): Redirect {
  return {
    type: "redirect",
    protocol: redirect.text("protocol", "#{protocol}"),
    host: redirect.text("host", "#{host}"),
    port: redirect.text("port", "#{port}"),
    path: redirect.text("path", "/#{path}"),
    query: redirect.text("query", "#{query}"),
    status: redirect.text("statusCode").endsWith("301") ? 301 : 302,
  };
}

/** A rule's conditions; one entry of the program's list may hold several. */
export function readConditions(rule: Resource): Condition[] {
  return new Reader(rule.outputs).children("conditions").flatMap(toConditions);
}

function toConditions(condition: Reader): Condition[] {
  const found: Condition[] = [];
  const patterns = (key: string) => ({
    values: condition.child(key).texts("values"),
    regexValues: condition.child(key).texts("regexValues"),
  });
  if (condition.has("pathPattern")) found.push({ field: "path-pattern", ...patterns("pathPattern") });
  if (condition.has("hostHeader")) found.push({ field: "host-header", ...patterns("hostHeader") });
  if (condition.has("httpHeader")) {
    const name = condition.child("httpHeader").text("httpHeaderName");
    found.push({ field: "http-header", name, ...patterns("httpHeader") });
  }
  if (condition.has("httpRequestMethod")) {
    found.push({ field: "http-request-method", values: patterns("httpRequestMethod").values });
  }
  if (condition.has("queryStrings")) {
    const values = condition.children("queryStrings").map((one) => ({
      ...(one.has("key") && { key: one.text("key") }),
      value: one.text("value"),
    }));
    found.push({ field: "query-string", values });
  }
  if (condition.has("sourceIp")) found.push({ field: "source-ip", values: patterns("sourceIp").values });
  return found;
}
