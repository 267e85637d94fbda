import type { IncomingMessage } from "node:http";
import { cookieValues, GROUP_COOKIE, opaque, setCookies, TARGET_COOKIE } from "./cookies.ts";
import type { Group } from "../load-balancer/target-group.ts";
import type { CompiledForward } from "../load-balancer/rules.ts";
import type { Target } from "../load-balancer/target.ts";

/**
 * ARN of the target group for a request: the one that its cookie names, else the one whose turn it is by weight.
 * The cookies to set go to `added`, a flat list of headers. Empty when every group weighs nothing.
 */
export function chooseGroup(action: CompiledForward, request: IncomingMessage, added: string[]): string {
  if (action.stickinessMs === 0) return action.rotation.next() ?? "";
  const cookies = cookieValues(request.headers.cookie, GROUP_COOKIE);
  const known = action.groups.find(({ arn, weight }) => weight > 0 && cookies.includes(opaque(arn)));
  const arn = known?.arn ?? action.rotation.next() ?? "";
  if (arn) added.push(...setCookies(GROUP_COOKIE, opaque(arn), action.stickinessMs));
  return arn;
}

/** The target for a request in the same way; undefined when the group has none. */
export function chooseTarget(
  group: Group,
  request: IncomingMessage,
  added: string[],
  balancer: string,
  away: Set<string>,
): Target | undefined {
  if (group.spec.stickinessMs === 0) return group.pick(balancer, away);
  const cookies = cookieValues(request.headers.cookie, TARGET_COOKIE);
  const target = group.sticky(cookies, balancer, away) ?? group.pick(balancer, away);
  if (target) added.push(...setCookies(TARGET_COOKIE, target.cookie, group.spec.stickinessMs));
  return target;
}
