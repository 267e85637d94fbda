import { verifyTools } from "../tools.ts";
import type { StepContext, Target } from "./cluster.ts";
import { KubernetesCluster } from "./kubernetes.ts";

/** A cluster that is there already, by its kubeconfig: the pipeline's objects come and go, the cluster stays. */
export class ExistingCluster extends KubernetesCluster {
  async create(context: StepContext): Promise<void> {
    await verifyTools(["kubectl"], context);
    await this.kubectl(context, ["get", "--raw", "/readyz"]);
    await this.remove(context);
  }

  /** Its images are in the registry that `--registry` names, as `trizone build --push` puts them there. */
  async build({ say, options }: StepContext): Promise<void> {
    say(`  uses the images in ${options.registry}`);
  }

  target({ options: { target, port, services } }: StepContext): Target {
    return { url: target ?? `http://127.0.0.1:${port}`, hosts: services.map((name) => `${name}.localhost`) };
  }

  async destroy(context: StepContext): Promise<void> {
    await this.remove(context);
  }

  protected at({ options: { kubeconfig, context } }: StepContext): string[] {
    return [
      ...(kubeconfig ? [`--kubeconfig=${kubeconfig}`] : []),
      ...(context ? [`--context=${context}`] : []),
    ];
  }
}
