import { entries, items, type Part, read, unset } from "./values.ts";

/** Where AWS's resource types hold containers of ECS's form: a list, one, or a map of them, as JSON or objects. */
const CONTAINERS: Record<string, string[]> = {
  "aws:ecs/taskDefinition:TaskDefinition": ["containerDefinitions"],
  "aws:batch/jobDefinition:JobDefinition": ["containerProperties"],
  "awsx:ecs:FargateTaskDefinition": ["container", "containers"],
  "awsx:ecs:EC2TaskDefinition": ["container", "containers"],
  "awsx:ecs:FargateService": ["taskDefinitionArgs.container", "taskDefinitionArgs.containers"],
  "awsx:ecs:EC2Service": ["taskDefinitionArgs.container", "taskDefinitionArgs.containers"],
};

/** An image without a tag or digest, or with a tag that its builders move by custom. */
const FLOATING = /^([^:@]|:\d+\/)+(:(latest|main|master|stable|edge|nightly))?$/;

/**
 * The containers of ECS and Batch in the form of a pod that says what they say, and no more: Fargate itself keeps from the
 * node what Kubernetes' settings keep. Tags are mostly made once there, so that only a tag that moves counts as an image.
 */
export function partsOfAws(type: string, props: unknown): Part[] {
  const eks = read(props, "eksProperties", "podProperties");
  const pods = (CONTAINERS[type] ?? []).flatMap((path) => {
    const containers = listed(parsed(read(props, ...path.split("."))));
    return containers.length === 0
      ? []
      : [{ path, value: { ...task(props), containers: containers.map(container) } }];
  });
  return unset(eks) || !type.startsWith("aws:batch/")
    ? pods
    : [...pods, { path: "eksProperties.podProperties", value: eks }];
}

/** What a task shares with its instance. */
function task(props: unknown): object {
  const settings = [
    ["networkMode", "hostNetwork"],
    ["pidMode", "hostPID"],
    ["ipcMode", "hostIPC"],
  ] as const;
  const shared = settings.flatMap(([key, name]) => (read(props, key) === "host" ? [[name, true]] : []));
  const volumes = items(read(props, "volumes")).flatMap((volume) => {
    const path = read(volume, "hostPath");
    return unset(path) || path === "" ? [] : [{ hostPath: { path } }];
  });
  return { ...Object.fromEntries(shared), volumes };
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    // AWS refuses a definition that isn't JSON.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function listed(value: unknown): unknown[] {
  if (Array.isArray(value)) return items(value);
  if (typeof value !== "object" || value === null) return [];
  const isOne = "image" in value || "environment" in value || "command" in value;
  return isOne ? [value] : entries(value).map(([, item]) => item);
}

function container(given: unknown): object {
  const image = read(given, "image");
  const add = read(given, "linuxParameters", "capabilities", "add");
  return {
    name: read(given, "name"),
    ...(typeof image === "string" && FLOATING.test(image) ? { image } : {}),
    env: read(given, "environment"),
    command: read(given, "entryPoint"),
    args: read(given, "command"),
    securityContext: {
      privileged: read(given, "privileged"),
      runAsUser: /^(root|0+)(:|$)/.test(String(read(given, "user"))) ? 0 : undefined,
      capabilities: { add },
    },
  };
}
