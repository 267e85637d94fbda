import { entries, leaves, read, resourceRule } from "../shared/index.ts";

const SERVICE = /^kubernetes:core\/v1:Service(Patch)?$/;
const ANNOTATION = "service.beta.kubernetes.io/aws-load-balancer-";

/** What makes a controller put a balancer on the internet, in annotations, class parameters and charts' values. */
const PUBLIC = "internet-facing";

/** The one public balancer is declared, with its certificate, firewall and zones: none is made beside the graph. */
export const publicServices = resourceRule({
  name: "public-services",
  description: "No Service, Ingress or Gateway makes a public load balancer of its own.",
  severity: "critical",
  verdict: "makes a public load balancer that no policy sees",
  fix: "Bind the service to a target group of the declared balancer (TargetGroupBinding), or make the balancer internal.",
  judge: ({ type, props }) => {
    if (!type.startsWith("kubernetes:")) return [];
    const named = [...leaves(props, new Set())]
      .filter(({ value }) => value === PUBLIC)
      .map(({ path }) => `${path} is ${PUBLIC}`);
    return named.length > 0 ? named : balancer(type, props);
  },
});

/** A Service of type LoadBalancer is public unless it says that it isn't, or leaves it to AWS's controller. */
function balancer(type: string, props: unknown): string[] {
  if (!SERVICE.test(type) || read(props, "spec", "type") !== "LoadBalancer") return [];
  const annotations = Object.fromEntries(entries(read(props, "metadata", "annotations")));
  const internal =
    annotations[`${ANNOTATION}scheme`] === "internal" ||
    /^(true|0\.0\.0\.0\/0)$/.test(String(annotations[`${ANNOTATION}internal`]));
  const byController =
    read(props, "spec", "loadBalancerClass") === "service.k8s.aws/nlb" ||
    /^(external|nlb-ip)$/.test(String(annotations[`${ANNOTATION}type`]));
  return internal || byController ? [] : ["spec.type is LoadBalancer, which is public by default"];
}
