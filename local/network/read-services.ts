import type { Graph } from "../../engine/index.ts";
import { ofType, Reader } from "./read.ts";
import type { Service } from "./state.ts";

/** Services that kube-proxy serves: those with a selector and a cluster IP. */
export function readServices(graph: Graph): Service[] {
  return ofType(graph, /^kubernetes:core\/v1:Service$/)
    .map(({ outputs, name }) => ({ reader: new Reader(outputs), name }))
    .filter(({ reader }) => hasClusterIp(reader.child("spec")))
    .map(({ reader, name }) => {
      const spec = reader.child("spec");
      const metadata = reader.child("metadata");
      return {
        namespace: metadata.text("namespace", "default"),
        name: metadata.text("name", name),
        selector: spec.map("selector"),
        preferSameZone: ["PreferSameZone", "PreferClose"].includes(spec.text("trafficDistribution")),
        ports: spec.children("ports").map((port) => ({
          name: port.text("name"),
          port: port.number("port", 0),
          target: port.text("targetPort", port.text("port")),
        })),
      };
    });
}

function hasClusterIp(spec: Reader): boolean {
  const headless = spec.text("clusterIP") === "None" || spec.text("type") === "ExternalName";
  return !headless && Object.keys(spec.map("selector")).length > 0;
}
