import { join } from "node:path";
import { type RunningPod, startProgram } from "../../support/pod.ts";
import type { TestPostgres } from "../../support/postgres.ts";
import { databaseEnv } from "../../support/stack.ts";

/** A pod of `news` with a fake model, over a database that the migrations were made in. */
export function startNewsWithFakeModel(
  postgres: TestPostgres,
  env: Record<string, string> = {},
): Promise<RunningPod> {
  const program = join(import.meta.dirname, "news-with-fake-model.ts");
  return startProgram(program, "news", {
    ...databaseEnv(postgres, "news"),
    MODEL_URL: "file:///nowhere",
    MODEL_CACHE: "/nowhere",
    ...env,
  });
}
