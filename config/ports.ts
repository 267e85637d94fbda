/** Container port of business traffic, named `http`. */
export const HTTP_PORT = 8080;

/** Container port of probes and metrics, named `admin`; a balancer checks health there and routes nothing to it. */
export const ADMIN_PORT = 9090;
