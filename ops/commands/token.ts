import type { Command } from "commander";
import { isStack, readOutputs, type StackChoice } from "../platform/outputs.ts";
import { command, withStack } from "./command.ts";

/** `trizone token`: an access token of the local issuer for one of its demo users, or of a stack's user pool. */
export function token(): Command {
  return withStack(
    command("token", "Print an access token of the local issuer, or of a stack", [
      "token",
      "token --user alice",
      "token --outputs outputs.json --user alice@broker.com.au   # the password is in TRIZONE_PASSWORD",
      'curl -H "Authorization: Bearer $(npx trizone token)" http://127.0.0.1:8080/api/orders',
    ]),
  )
    .option("--user <name>", "demo user, or one of the stack's user pool", "demo")
    .action(async (options: { user: string } & StackChoice) => {
      const { tokenOf } = await import("../platform/stack-token.ts");
      console.log(await tokenOf(await readOutputs(options), options.user, isStack(options)));
    });
}
