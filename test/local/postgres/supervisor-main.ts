import {
  DatabaseInstance,
  type InstanceOptions,
  type InstanceStatus,
} from "../../../local/postgres/index.ts";
import { urlOf } from "./fixture.ts";

/** A supervisor as a process of its own, so that tests can kill it. Commands and answers go over IPC. */
export type Command = { do: "kill" | "freeze" | "heal" | "cut"; zone: string } | { do: "stop" };

export type Report =
  | { kind: "ready" }
  | { kind: "failed"; message: string }
  | { kind: "problem"; text: string }
  | { kind: "state"; url?: string; status: InstanceStatus };

const options = JSON.parse(process.argv[2] ?? "") as InstanceOptions;
const report = (message: Report) => process.connected && process.send?.(message);

async function main(): Promise<void> {
  const instance = await DatabaseInstance.start(options);
  const send = () => {
    const url = instance.primary() && urlOf(instance, options);
    report({ kind: "state", url, status: instance.status() });
  };
  instance.on("primary", send);
  instance.on("problem", (text) => report({ kind: "problem", text }));
  const timer = setInterval(send, 50);
  send();
  report({ kind: "ready" });
  process.on("message", (command: Command) => {
    obey(instance, command).catch((error: unknown) => report({ kind: "problem", text: String(error) }));
  });
  // The test is gone: nothing may outlive it.
  process.once("disconnect", () => {
    clearInterval(timer);
    instance.stop().then(() => process.exit(0));
  });
}

async function obey(instance: DatabaseInstance, command: Command): Promise<void> {
  if (command.do === "stop") process.disconnect();
  else if (command.do === "cut") await instance.cut(command.zone, true);
  else await instance[command.do](command.zone);
}

main().catch((error: unknown) => {
  report({ kind: "failed", message: String(error) });
  process.exitCode = 1;
  process.disconnect();
});
