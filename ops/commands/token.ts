import type { Command } from "commander";
import { readOutputs } from "../platform/outputs.ts";
import { command } from "./command.ts";

/** `trizone token`: an access token of the local issuer for one of its demo users, or of a stack's user pool. */
export function token(): Command {
  return command("token", "Print an access token of the local issuer, or of a stack", [
    "token",
    "token --user alice",
    "token --outputs outputs.json --user alice@broker.com.au   # the password is in TRIZONE_PASSWORD",
    'curl -H "Authorization: Bearer $(npx trizone token)" http://127.0.0.1:8080/api/orders',
  ])
    .option("--user <name>", "demo user, or one of the stack's user pool", "demo")
    .option("--outputs <file>", "the stack's outputs as JSON (default: of the platform on this machine)")
    .action(async (options: { user: string; outputs?: string }) => {
      const { tokenOf } = await import("../platform/user-token.ts");
      console.log(await tokenOf(readOutputs(options.outputs), options.user, options.outputs !== undefined));
    });
}
