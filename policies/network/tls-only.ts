import type { PolicyResource } from "@pulumi/policy";
import {
  display,
  type Finding,
  isProduction,
  items,
  leadsTo,
  ofType,
  PRODUCTION_SCHEMA,
  read,
  stackRule,
} from "../shared/index.ts";
import {
  AWSX_BALANCERS,
  awsxListeners,
  isPlain,
  LISTENER_RULES,
  LISTENERS,
  listenerProtocol,
  redirects,
  TLS_1_2,
} from "./listeners.ts";
import { TRANSPORT } from "./transport.ts";

const CLASSIC = "aws:elb/loadBalancer:LoadBalancer";
const LATTICE = "aws:vpclattice/listener:Listener";

/**
 * Connections are encrypted, inside too: an internal listener serves HTTPS. Plain listeners are refused in production
 * only, since elsewhere there may be no certificate. For the public load balancers see also `public-balancers-tls`.
 */
export const tlsOnly = stackRule({
  name: "tls-only",
  description:
    "Databases, caches, brokers, listeners and subscriptions accept TLS 1.2 or later; in production no listener, public or internal, serves plain text.",
  severity: "high",
  verdict: "accepts plain text or old TLS",
  fix: "Use a security policy of TLS 1.2 or later (ELBSecurityPolicy-TLS13-1-2), let HTTP redirect, set rds.force_ssl 1, transitEncryptionEnabled true, and https.",
  configSchema: PRODUCTION_SCHEMA,
  judge: ({ resources, getConfig }) => {
    const plain = [
      ...plainListeners(resources),
      ...forwardingRules(resources),
      ...ofType(resources, CLASSIC).flatMap(plainClassic),
    ].filter(({ resource }) => isProduction({ urn: resource.urn, getConfig }));
    const old = resources.flatMap((resource) =>
      oldTls(resource, resources).map((reason) => ({ resource, reason })),
    );
    return [...plain, ...old];
  },
});

function plainListeners(resources: PolicyResource[]): Finding[] {
  const declared = ofType(resources, ...LISTENERS, LATTICE).map((resource) => ({
    resource,
    listener: resource.props as unknown,
  }));
  const made = ofType(resources, ...AWSX_BALANCERS).flatMap((resource) =>
    awsxListeners(resource.type, resource.props).map(({ listener }) => ({ resource, listener })),
  );
  return [...declared, ...made].flatMap(({ resource, listener }) =>
    isPlain(listener)
      ? [{ resource, reason: `it serves ${listenerProtocol(listener)} on ${portOf(listener)}` }]
      : [],
  );
}

const portOf = (listener: unknown) => `port ${display(read(listener, "port"))}`;

/** Rules of an HTTP listener that pass requests on, though its default action may redirect. */
function forwardingRules(resources: PolicyResource[]): Finding[] {
  const http = ofType(resources, ...LISTENERS).filter(({ props }) => listenerProtocol(props) === "HTTP");
  return ofType(resources, ...LISTENER_RULES)
    .filter((rule) => http.some((listener) => leadsTo(rule, "listenerArn", listener)))
    .filter(({ props }) => !redirects(read(props, "actions")))
    .map((resource) => ({ resource, reason: "its listener serves HTTP, and it doesn't redirect" }));
}

function plainClassic(resource: PolicyResource): Finding[] {
  return items(read(resource.props, "listeners")).flatMap((listener, index) => {
    const [protocol, port] = [read(listener, "lbProtocol"), read(listener, "lbPort")];
    const given = { protocol: String(protocol).toUpperCase(), port };
    return isPlain(given)
      ? [{ resource, reason: `listeners[${index}] serves ${given.protocol} on ${portOf(given)}` }]
      : [];
  });
}

function oldTls(resource: PolicyResource, resources: PolicyResource[]): string[] {
  const { type, props } = resource;
  if (LISTENERS.includes(type)) return oldPolicy(props);
  if (AWSX_BALANCERS.includes(type)) {
    return awsxListeners(type, props).flatMap(({ path, listener }) =>
      oldPolicy(listener).map((reason) => `${path}.${reason}`),
    );
  }
  if (type === CLASSIC) return classicDefault(resource, resources);
  return TRANSPORT[type]?.(props) ?? [];
}

function oldPolicy(listener: unknown): string[] {
  const [protocol, policy] = [read(listener, "protocol"), read(listener, "sslPolicy")];
  if (protocol !== "HTTPS" && protocol !== "TLS") return [];
  return typeof policy === "string" && TLS_1_2.test(policy) ? [] : [`sslPolicy is ${display(policy)}`];
}

const NEGOTIATIONS = [
  "aws:elb/sslNegotiationPolicy:SslNegotiationPolicy",
  "aws:elb/loadBalancerPolicy:LoadBalancerPolicy",
];

/** A classic balancer that ends TLS takes TLS 1.0 by default, unless a policy of its own says what it takes. */
function classicDefault(resource: PolicyResource, resources: PolicyResource[]): string[] {
  const secure = items(read(resource.props, "listeners")).some((listener) =>
    /^(https|ssl)$/i.test(String(read(listener, "lbProtocol"))),
  );
  if (!secure) return [];
  const policies = ofType(resources, ...NEGOTIATIONS).filter((policy) =>
    ["loadBalancer", "loadBalancerName"].some((key) => leadsTo(policy, key, resource)),
  );
  const modern = policies.some(({ props }) =>
    [...items(read(props, "attributes")), ...items(read(props, "policyAttributes"))].some((attribute) =>
      TLS_1_2.test(String(read(attribute, "value"))),
    ),
  );
  return modern ? [] : ["no policy of its own demands TLS 1.2, such as ELBSecurityPolicy-TLS-1-2-2017-01"];
}
