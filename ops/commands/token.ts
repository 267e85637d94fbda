import type { Command } from "commander";
import { readOutputs } from "../platform/outputs.ts";
import { command } from "./command.ts";

/** `trizone token`: an access token of the local issuer for one of its demo users. */
export function token(): Command {
  return command("token", "Print an access token of the local issuer", [
    "token",
    "token --user alice",
    'curl -H "Authorization: Bearer $(npx trizone token)" http://127.0.0.1:8080/api/orders',
  ])
    .option("--user <name>", "demo user", "demo")
    .action(async (options: { user: string }) => {
      const { accessToken } = await import("../platform/token-flow.ts");
      const { issuer, clientId, publicUrl } = readOutputs();
      console.log(
        await accessToken({ issuer, clientId, user: options.user, redirectUri: `${publicUrl}/callback` }),
      );
    });
}
