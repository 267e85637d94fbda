import { items, read, UNKNOWN, unset } from "../shared/index.ts";

/** The names that the provider has for a listener, and for its rules. */
export const LISTENERS = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];
export const LISTENER_RULES = ["aws:lb/listenerRule:ListenerRule", "aws:alb/listenerRule:ListenerRule"];
/** Load balancers of awsx, of which a plan without a provider has the arguments alone. */
export const AWSX_BALANCERS = ["awsx:lb:ApplicationLoadBalancer", "awsx:lb:NetworkLoadBalancer"];

/** Names of AWS's security policies that accept TLS 1.2 or later only. */
export const TLS_1_2 = /^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)-/;
/** Those that accept TLS 1.3, beside TLS 1.2 or alone. */
export const WITH_TLS_1_3 = /^ELBSecurityPolicy-TLS13-1-[23]-/;
/** Those that accept TLS 1.3 alone. */
export const TLS_1_3 = /^ELBSecurityPolicy-TLS13-1-3-/;

/** Whether all of a listener's or a rule's actions redirect to HTTPS. */
export function redirects(actions: unknown): boolean {
  const all = items(actions);
  return all.length > 0 && all.every((action) => read(action, "redirect", "protocol") === "HTTPS");
}

/** The listeners that awsx's load balancer makes of its arguments: plain HTTP where it isn't told otherwise. */
export function awsxListeners(
  type: string,
  props: unknown,
): { path: string; listener: Record<string, unknown> }[] {
  const one = read(props, "listener");
  const several = items(read(props, "listeners")).map((listener, index) => ({
    path: `listeners[${index}]`,
    listener,
  }));
  const given = [...(unset(one) ? [] : [{ path: "listener", listener: one }]), ...several];
  const all = given.length > 0 ? given : [{ path: "its default listener", listener: { port: 80 } }];
  return all.map(({ path, listener }) => {
    const secure = !unset(read(listener, "certificateArn")) || read(listener, "port") === 443;
    const [plain, encrypted] = type.endsWith("NetworkLoadBalancer") ? ["TCP", "TLS"] : ["HTTP", "HTTPS"];
    const protocol = read(listener, "protocol") ?? (secure ? encrypted : plain);
    const keys = ["port", "sslPolicy", "defaultActions"];
    return {
      path,
      listener: { protocol, ...Object.fromEntries(keys.map((key) => [key, read(listener, key)])) },
    };
  });
}

/** A listener's protocol; an application balancer's is HTTP by default. A gateway balancer's has no port either. */
export function listenerProtocol(listener: unknown): string {
  const [protocol, port] = [read(listener, "protocol"), read(listener, "port")];
  if (unset(protocol)) return unset(port) ? "GENEVE" : "HTTP";
  return protocol === UNKNOWN ? "unknown" : String(protocol).toUpperCase();
}

/** Ports of protocols that are plain text by convention: FTP, Telnet, HTTP, mail, LDAP, MQTT. */
const PLAIN_PORTS = [20, 21, 23, 80, 110, 143, 389, 1883, 8000, 8080];

/**
 * Whether a listener serves plain text: HTTP that doesn't redirect to HTTPS, or TCP on a port of a protocol without
 * TLS. Other TCP is passed on as it is, with the TLS of those behind.
 */
export function isPlain(listener: unknown): boolean {
  const name = listenerProtocol(listener);
  if (name === "HTTP") return !redirects(read(listener, "defaultActions"));
  return /^TCP/.test(name) && PLAIN_PORTS.includes(Number(String(read(listener, "port"))));
}
