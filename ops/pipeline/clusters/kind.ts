import { generateKeyPairSync } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { buildImages } from "../../build/build-images.ts";
import { verifyTools } from "../tools.ts";
import type { StepContext, Target } from "./cluster.ts";
import { ALL_IMAGES, KubernetesCluster } from "./kubernetes.ts";

const NAME = "trizone-ci";
const REGISTRY = "trizone-registry";
/** Of the registry that runs beside the cluster. */
const REGISTRY_IMAGE = "registry:2.8.3";
/** Seconds that the cluster's own pods may take. */
const WAIT = "180s";

/** A throw-away cluster of kind: three workers, one a zone, a local registry, ingress, metrics and an issuer. */
export class KindCluster extends KubernetesCluster {
  async create(context: StepContext): Promise<void> {
    await verifyTools(["docker", "kind", "kubectl"], context);
    await this.destroy(context);
    const { commands, signal, options, directory } = context;
    await mkdir(directory, { recursive: true });
    const port = options.registry.split(":").at(-1) ?? "5001";
    const publish = `127.0.0.1:${port}:5000`;
    await commands.run("docker", ["run", "-d", "--name", REGISTRY, "-p", publish, REGISTRY_IMAGE], {
      signal,
    });
    const config = (await manifest("cluster.yaml")).replaceAll("__PORT__", `${options.port}`);
    const create = ["create", "cluster", "--name", NAME, "--config", "-", "--wait", WAIT];
    await commands.run("kind", [...create, "--kubeconfig", kubeconfig(context)], { signal, input: config });
    await commands.run("docker", ["network", "connect", "kind", REGISTRY], { signal });
    await this.#trustRegistry(context);
    for (const file of ["metrics-server.yaml", "ingress.yaml", "issuer.yaml"]) {
      const text = (await manifest(file)).replaceAll(
        "__JWKS__",
        JSON.stringify(jwks()).replaceAll('"', '\\"'),
      );
      await this.kubectl(context, ["apply", "--server-side", "-f", "-"], text);
    }
    for (const [namespace, name] of [
      ["kube-system", "metrics-server"],
      ["ingress", "traefik"],
      ["issuer", "issuer"],
    ] as const) {
      await this.kubectl(context, [
        "rollout",
        "status",
        `deployment/${name}`,
        "-n",
        namespace,
        `--timeout=${WAIT}`,
      ]);
    }
  }

  async build(context: StepContext): Promise<void> {
    const { options, directory, say } = context;
    await buildImages(
      {
        with: "docker",
        services: ALL_IMAGES,
        ...{ registry: options.registry, tag: "ci", push: true, folder: join(directory, "images") },
      },
      { ...context, say: (line) => say(`  ${line}`) },
    );
  }

  target({ options: { port, services } }: StepContext): Target {
    return { url: `http://127.0.0.1:${port}`, hosts: services.map((name) => `${name}.localhost`) };
  }

  async destroy(context: StepContext): Promise<void> {
    const { commands, signal } = context;
    await commands.run("kind", ["delete", "cluster", "--name", NAME], { signal });
    await commands.run("docker", ["rm", "-f", "-v", REGISTRY], { signal });
    await rm(kubeconfig(context), { force: true });
  }

  protected at(context: StepContext): string[] {
    return [`--kubeconfig=${kubeconfig(context)}`];
  }

  /** As kind's guide "Local Registry" has it: on every node, the registry's name on this machine leads to its container. */
  async #trustRegistry(context: StepContext): Promise<void> {
    const { commands, signal, options } = context;
    const nodes = await commands.run("kind", ["get", "nodes", "--name", NAME], { signal });
    const folder = `/etc/containerd/certs.d/${options.registry}`;
    for (const node of nodes.split("\n").filter(Boolean)) {
      await commands.run("docker", ["exec", node, "mkdir", "-p", folder], { signal });
      const write = ["exec", "-i", node, "cp", "/dev/stdin", `${folder}/hosts.toml`];
      await commands.run("docker", write, { signal, input: `[host."http://${REGISTRY}:5000"]\n` });
    }
  }
}

function kubeconfig({ directory }: StepContext): string {
  return join(directory, "kubeconfig");
}

function manifest(name: string): Promise<string> {
  return readFile(join(import.meta.dirname, "../kind", name), "utf8");
}

/** A key of which nobody keeps the private half: the gateway asks for the issuer's keys before it is ready. */
function jwks() {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "ci", use: "sig", alg: "RS256" }] };
}
