/** A pod as what routes to it sees it: the kubelet says it, the endpoint controller reads it. Pods without a zone have none. */
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
