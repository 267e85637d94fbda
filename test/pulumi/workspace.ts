import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import {
  evaluate,
  type Graph,
  type PropertyMap,
  readStackConfig,
  type Violation,
} from "../../engine/index.ts";
import { declare, stackReferences } from "../../local/declare.ts";
import { createProvider } from "../../local/provider/index.ts";
import { REQUIRE } from "../../services/build/bundle.ts";
import { type Ended, runCli } from "./cli.ts";

export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const SDKS = join(PROJECT, "node_modules", "@pulumi");

/** Makes a bundle that is started by itself. */
const LAUNCHER = `#!/usr/bin/env node\n${REQUIRE}`;

/** A copy of the program in a temporary folder, with a Pulumi home, state and plugins of its own. */
export class Workspace {
  readonly program: string;
  private readonly root: string;
  private readonly evaluated = new Map<string, Promise<Graph>>();

  private constructor(root: string) {
    this.root = root;
    this.program = join(root, "program");
  }

  static async create(): Promise<Workspace> {
    const workspace = new Workspace(mkdtempSync(join(tmpdir(), "trizone-pulumi-")));
    const { root, program } = workspace;
    for (const folder of ["home", "state", "plugins", "program"]) mkdirSync(join(root, folder));
    for (const name of readdirSync(PROJECT).filter((name) =>
      /^(Pulumi.*\.yaml|package\.json|.*\.ts)$/.test(name),
    )) {
      copyFileSync(join(PROJECT, name), join(program, name));
    }
    for (const name of ["components", "config", "policies"])
      cpSync(join(PROJECT, name), join(program, name), { recursive: true });
    symlinkSync(join(PROJECT, "node_modules"), join(program, "node_modules"));
    await installPlugin(join(root, "plugins"), "provider.ts", readdirSync(SDKS).filter(hasProvider));
    return workspace;
  }

  /** Makes a stack; one that has no file of settings gets a copy of another's, and more `key: value` lines. */
  async init(stack: string, from = stack, settings: string[] = []): Promise<void> {
    if (from !== stack) {
      const file = (name: string) => join(this.program, `Pulumi.${name}.yaml`);
      const lines = settings.map((line) => `  ${line}\n`).join("");
      writeFileSync(file(stack), readFileSync(file(from), "utf8") + lines);
    }
    const { status, stderr } = await this.run(["stack", "init", stack]);
    if (status !== 0) throw new Error(`stack ${stack} could not be made:\n${stderr}`);
  }

  /** Runs the Pulumi CLI on the program. */
  run(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
    return runCli(args, this.program, { ...cliEnvironment(this.root), ...environment });
  }

  /**
   * What the offline engine makes of the same files; each stack is evaluated once.
   * @param overrides `key=value`, as `pulumi config set` takes them
   * @param foundation outputs of the stack that a stack of layer `applications` stands on
   */
  offline(stack: string, overrides: string[] = [], foundation?: PropertyMap): Promise<Graph> {
    const key = [stack, ...overrides].join(" ");
    const known = this.evaluated.get(key) ?? this.evaluate(stack, overrides, foundation);
    this.evaluated.set(key, known);
    return known;
  }

  private async evaluate(stack: string, overrides: string[], foundation?: PropertyMap): Promise<Graph> {
    const directory = this.program;
    const settings = await readStackConfig(directory, stack, overrides);
    const references = await stackReferences(directory, settings, { foundation });
    const provider = createProvider();
    return evaluate({ ...settings, directory, stack, provider, stackReferences: references });
  }

  /** What the policies say of what the offline engine makes of the same files. */
  async judged(stack: string): Promise<Violation[]> {
    return (await declare({ directory: this.program, stack })).violations;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** What the CLI finds in its environment: its home, its state and its plugins in a folder, and nothing of the outside's. */
export function cliEnvironment(root: string): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return {
    HOME,
    // What is set outside (credentials, another Pulumi's settings) is no part of the test.
    PATH: [join(root, "plugins"), PATH].join(delimiter),
    PULUMI_HOME: join(root, "home"),
    PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "of a test",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The state is written once, when the command ends; at every step, as usual, it takes more than half of its time.
    PULUMI_SKIP_CHECKPOINTS: "true",
  };
}

/** Packs a plugin's source, of this folder, into one file, linked under the name of each package's plugin. */
export async function installPlugin(folder: string, source: string, packages: string[]): Promise<void> {
  const outfile = join(folder, "provider.mjs");
  await build({
    ...{ entryPoints: [join(PROJECT, "test/pulumi", source)], outfile, banner: { js: LAUNCHER } },
    ...{ bundle: true, platform: "node", format: "esm", logLevel: "warning" },
  });
  chmodSync(outfile, 0o755);
  for (const name of packages) symlinkSync(outfile, join(folder, `pulumi-resource-${name}`));
}

/** Whether the SDK is a provider's; its package says so to Pulumi in this way. */
function hasProvider(name: string): boolean {
  const text = readFileSync(join(SDKS, name, "package.json"), "utf8");
  return (JSON.parse(text) as { pulumi?: { resource?: boolean } }).pulumi?.resource === true;
}
