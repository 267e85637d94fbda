/**
 * An address as a URL. AWS answers bare DNS names, which get `scheme`; an address that says its own keeps it,
 * so that whoever stands in for AWS can be reached over plain HTTP.
 */
export function withScheme(address: string, scheme: "http" | "https"): string {
  return address.includes("://") ? address : `${scheme}://${address}`;
}

/** Whether the host is this machine itself: what is sent there crosses no wire. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The namespace of the Kubernetes Service that a host is the name of; undefined where it is none's. */
export function namespaceOf(host: string): string | undefined {
  return /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(host)?.[1];
}
