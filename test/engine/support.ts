import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type CreateRequest,
  type EvaluateOptions,
  EvaluationError,
  evaluate,
  type Provider,
} from "../../engine/index.ts";

/** The folder of a fixture program. */
export function programFolder(name: string): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url));
}

/** A provider that computes the property `computed` of everything, late, and remembers what it was asked. */
export function testProvider(overrides: Partial<Provider> = {}): Provider & { created: CreateRequest[] } {
  const created: CreateRequest[] = [];
  return {
    created,
    async create(request) {
      created.push(request);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { id: `${request.name}-id`, outputs: { computed: `${request.name}-computed` } };
    },
    read: async (request) => ({ outputs: { computed: `${request.id}-read` } }),
    invoke: async (token) => Promise.reject(new Error(`no function ${token}`)),
    call: async (token) => Promise.reject(new Error(`no method ${token}`)),
    ...overrides,
  };
}

/** Evaluates a fixture program; Node itself loads its TypeScript, in a fraction of the time that the SDK's compiler takes. */
export function run(program: string, options: Partial<EvaluateOptions> = {}) {
  return evaluate({
    ...{ directory: programFolder(program), project: program, stack: "dev", config: {} },
    ...{ provider: testProvider(), timeoutMs: 30_000, typescript: false },
    ...options,
  });
}

/** The error with which a fixture program ends. */
export async function failureOf(
  program: string,
  options: Partial<EvaluateOptions> = {},
): Promise<EvaluationError> {
  try {
    await run(program, options);
  } catch (error) {
    if (error instanceof EvaluationError) return error;
    throw error;
  }
  throw new Error(`${program} did not fail`);
}

/** Has a suite fail whose evaluations leave a process of a program or a pack that wasn't there before. */
export function leavesNoChildren(): void {
  let earlier = new Map<string, string>();
  before(() => {
    earlier = children();
  });
  after(() => {
    const left = [...children()].filter(([pid]) => !earlier.has(pid));
    assert.deepEqual(left, []);
  });
}

/** This process's children that run a program or a pack: command lines by process id. */
function children(): Map<string, string> {
  const found = new Map<string, string>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = /^PPid:\s*(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
    const command = Number(parent) === process.pid ? read(`/proc/${pid}/cmdline`) : "";
    if (command.includes("@pulumi/pulumi/cmd/run")) found.set(pid, command);
  }
  return found;
}

/** Whether a process exists and isn't a zombie. */
export function isAlive(pid: number): boolean {
  return /^State:\s*[^Z\s]/m.test(read(`/proc/${pid}/status`));
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process ended meanwhile.
    return "";
  }
}
