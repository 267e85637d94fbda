// What a child runs first: it loads what every child needs, and then runs what it is told. The engine that tells it may
// still be loading itself.
import { readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import "./fast-start.mjs";

/** The pipe from which the orders come. */
const ORDERS_FD = 4;

const require = createRequire(process.argv[2]);
for (const name of ["@grpc/grpc-js", "google-protobuf/google/protobuf/struct_pb.js"]) require(name);

const orders = readFileSync(ORDERS_FD, "utf8");
// An engine that ended before it needed this child.
if (!orders) process.exit(1);
const { imports, script, args, cwd, env, quiet } = JSON.parse(orders);
process.argv = [process.execPath, script, ...args];
for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
Object.assign(process.env, env);
process.chdir(cwd);
await import(quiet ? "./preload.mjs?quiet" : "./preload.mjs");
for (const url of imports) await import(url);
Module._load(script, null, true);
