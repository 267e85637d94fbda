import type { Config } from "../../config/stack-config.ts";
import { GitOps } from "../cluster/git-ops.ts";
import { onAws } from "./aws-stack.ts";
import { onFoundation } from "./foundation.ts";
import { onKubernetes } from "./kubernetes-stack.ts";
import type { Platform } from "./platform.ts";

/** What the services stand on: made here, or, in the applications' layer, by another stack. */
export function standOn(config: Config): Platform {
  if (config.layer === "applications") return onFoundation(config);
  const platform = config.target === "aws" ? onAws(config) : onKubernetes(config);
  const { gitOps } = config.delivery;
  const { namespace, kubernetes: provider } = platform;
  if (gitOps) new GitOps("git-ops", { ...gitOps, namespace }, { provider });
  return platform;
}
