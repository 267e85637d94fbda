/**
 * An address as a URL. AWS's APIs answer with bare DNS names, which get `scheme`; an address that already has a scheme
 * keeps it, so that the laptop's stand-ins for AWS can be reached over plain HTTP.
 *
 * @example withScheme("abc.elb.amazonaws.com", "https") // "https://abc.elb.amazonaws.com"
 */
export function withScheme(address: string, scheme: "http" | "https"): string {
  return address.includes("://") ? address : `${scheme}://${address}`;
}

/** Whether the host is this machine itself, so that what is sent to it crosses no network. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The namespace of the Kubernetes Service that a host names; undefined where the host is no Service's.
 *
 * @example namespaceOf("issuer.auth.svc.cluster.local") // "auth"
 */
export function namespaceOf(host: string): string | undefined {
  return /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(host)?.[1];
}
