import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Network } from "../../../../local/network/index.ts";

// Starts a network, tells the pids of its edges, and waits to be killed.
const network = await Network.start({
  zones: ["a", "b", "c"],
  logDirectory: mkdtempSync(join(tmpdir(), "network-")),
});
console.log(JSON.stringify(network.status().edges.map(({ pid }) => pid)));
