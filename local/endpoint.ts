/** A pod as an address to route to; `pods/` publishes it, `network/` routes by it. A pod that has no zone yet has none. */
export interface Endpoint {
  name: string;
  namespace: string;
  /** Labels of the pod's template and its node's topology labels. */
  labels: Record<string, string>;
  zone: string;
  ready: boolean;
  terminating: boolean;
  /** Container port's number and its name -> `host:port` on this machine. */
  ports: Record<string, string>;
}
