import { Network } from "../../../../local/network/index.ts";

// Starts a network with its logs in the folder given, tells the pids of its proxies, and waits to be killed.
const network = await Network.start({ zones: ["a", "b", "c"], logDirectory: process.argv[2] ?? "" });
console.log(JSON.stringify(network.status().proxies.map(({ pid }) => pid)));
