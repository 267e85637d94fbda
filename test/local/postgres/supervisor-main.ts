import { PostgresCluster, type PostgresOptions } from "../../../local/postgres/index.ts";

/** A supervisor as a process of its own, so that tests can kill it. Commands and answers go over IPC. */
export type Command =
  | { do: "kill" | "freeze" | "heal" | "cut"; zone: string }
  | { do: "failover" }
  | { do: "stop" };

export type Report =
  | { kind: "ready" }
  | { kind: "failed"; message: string }
  | { kind: "problem"; text: string }
  | {
      kind: "state";
      url?: string;
      standbyUrl?: string;
      replication: string;
      primaryZone: string;
      epoch: number;
    };

const options = JSON.parse(process.argv[2] ?? "") as PostgresOptions;
const report = (message: Report) => process.connected && process.send?.(message);

async function main(): Promise<void> {
  const cluster = await PostgresCluster.start(options);
  const tell = () => {
    const { replication, primaryZone, standbyZone, epoch } = cluster.status();
    const url = cluster.primary() && cluster.connectionString();
    const standbyUrl = standbyZone && cluster.connectionString("standby");
    report({ kind: "state", url, standbyUrl, replication, primaryZone, epoch });
  };
  cluster.on("primary", tell);
  cluster.on("problem", (text) => report({ kind: "problem", text }));
  const timer = setInterval(tell, 50);
  tell();
  report({ kind: "ready" });
  process.on("message", (command: Command) => {
    obey(cluster, command).catch((error: unknown) => report({ kind: "problem", text: String(error) }));
  });
  // The test is gone: nothing may outlive it.
  process.once("disconnect", () => {
    clearInterval(timer);
    cluster.stop().then(() => process.exit(0));
  });
}

async function obey(cluster: PostgresCluster, command: Command): Promise<void> {
  if (command.do === "stop") process.disconnect();
  else if (command.do === "failover") await cluster.failover();
  else if (command.do === "cut") await cluster.cut(command.zone, true);
  else await cluster[command.do](command.zone);
}

main().catch((error: unknown) => {
  report({ kind: "failed", message: String(error) });
  process.exitCode = 1;
  process.disconnect();
});
