import type { Commands } from "../pipeline/run-command.ts";
import { StepError } from "../pipeline/steps.ts";

/** What a build is run with. */
export interface BuildContext {
  commands: Commands;
  signal: AbortSignal;
  /** Shows a line to whoever watches. */
  say(line: string): void;
}

/** The programs that can build the images, in the order in which they are looked for. */
export const BUILDERS = ["docker", "podman", "buildah"] as const;

export type Builder = (typeof BUILDERS)[number];

/** What each says where it is there and can build: docker is of no use without its daemon. */
const ANSWERS: Record<Builder, string[]> = {
  docker: ["version", "--format", "{{.Server.Version}}"],
  podman: ["--version"],
  buildah: ["--version"],
};

const FROM: Record<Builder, string> = {
  docker: "start its daemon, or see https://docs.docker.com/engine/install",
  podman: "on Debian: apt-get install podman",
  buildah: "on Debian: apt-get install buildah",
};

/**
 * The builder that is wanted, else the first that works.
 * @throws StepError that says of each what is missing
 */
export async function findBuilder(wanted: Builder | undefined, context: BuildContext): Promise<Builder> {
  const { commands, signal } = context;
  const problems: string[] = [];
  for (const builder of wanted ? [wanted] : BUILDERS) {
    try {
      await commands.run(builder, ANSWERS[builder], { signal });
      return builder;
    } catch (error) {
      if (!(error instanceof StepError) || signal.aborted) throw error;
      const [said] = (error.output ?? error.message).split("\n").slice(-1);
      problems.push(`${builder}: ${said} (${FROM[builder]})`);
    }
  }
  throw new StepError(`there is nothing that builds images:\n  ${problems.join("\n  ")}`);
}

/** The arguments that build of a Dockerfile, by default the services'. */
export function buildArguments(
  args: Record<string, string>,
  further: readonly string[],
  file = "services/Dockerfile",
): string[] {
  const set = Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  return ["build", "-f", file, ...set, ...further, "."];
}

/** The arguments that push an image; those of podman and buildah write its digest to a file. */
export function pushArguments(builder: Builder, image: string, digestFile: string): string[] {
  if (builder === "docker") return ["push", image];
  // As docker does by itself: a registry of this machine has no certificate.
  const isOwn = /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?\//.test(image);
  return ["push", "--digestfile", digestFile, ...(isOwn ? ["--tls-verify=false"] : []), image];
}
