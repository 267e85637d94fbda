import { spawn } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";

class Thing extends pulumi.CustomResource {
  constructor(name: string, props: pulumi.Inputs = {}, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, props, opts);
  }
}
function deep(): never {
  throw new TypeError("thrown deep inside");
}
function spin() {
  for (;;) Math.random();
}

const faults: Record<string, () => unknown> = {
  throws: deep,
  "throws text": () => {
    throw "just text";
  },
  rejects: () => Promise.reject(new RangeError("rejected in the program")),
  "rejects unseen": () => void Promise.reject(new RangeError("nobody handles this")),
  "throws later": () => void setTimeout(deep, 30),
  "throws and lives on": () => {
    setInterval(() => undefined, 1000);
    setTimeout(deep, 30);
  },
  "rejects in apply": () => new Thing("a").urn.apply(() => deep()),
  "logs an error": () => pulumi.log.error("the program itself complains"),
  "logs an error and throws": () => {
    pulumi.log.error("the program itself complains");
    deep();
  },
  "run error": () => {
    throw new pulumi.RunError("only the message counts");
  },
  "resource error": () => {
    throw new pulumi.ResourceError("this resource is wrong", new Thing("a"));
  },
  exits: () => process.exit(0),
  "exits later": () => void setTimeout(() => process.exit(0), 30),
  "exits with 7": () => process.exit(7),
  "never settles": () => new Promise(() => undefined),
  "resource never settles": () => void new Thing("a", { input: new Promise(() => undefined) }),
  "keeps alive": () => void setInterval(() => undefined, 1000),
  "says who it is": () => {
    console.log(`pid ${process.pid}`);
    setInterval(() => undefined, 1000);
  },
  spins: spin,
  "spawns and hangs": () => {
    const child = spawn("sleep", ["300"], { stdio: "ignore" });
    console.log(`spawned ${child.pid}`);
    return new Promise(() => setInterval(() => undefined, 1000));
  },
  duplicate: () => [new Thing("twin"), new Thing("twin")],
  "duplicate caught": async () => {
    new Thing("twin");
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.on("unhandledRejection", () => undefined);
    new Thing("twin");
  },
  "provider throws": () => new Thing("refused"),
  "provider is silent": () => new Thing("silent"),
  "read throws": () => new Thing("gone", {}, { id: "x" }),
  "read of nothing": () => new Thing("nameless", {}, { id: pulumi.output("") }),
  "unknown function": () => pulumi.runtime.invoke("test:index:missing", {}),
  "caught function": () => pulumi.runtime.invoke("test:index:missing", {}).catch(() => "caught"),
  "unknown method": () => pulumi.runtime.call("test:index:missing", {}).apply((value) => value),
  "unknown stack": () => new pulumi.StackReference("organization/other/prod").outputs,
  "transform throws": () =>
    new Thing("a", {}, {
      transforms: [
        () => {
          throw new Error("transform is broken");
        },
      ],
    }),
  "hook throws": () =>
    new Thing("a", {}, {
      hooks: {
        beforeCreate: [
          () => {
            throw new Error("hook is broken");
          },
        ],
      },
    }),
  "kills itself": () => process.kill(process.pid, "SIGKILL"),
  "runs out of memory": () => {
    const kept: unknown[] = [];
    for (;;) kept.push(new Array(10_000).fill({}));
  },
  "needs another Pulumi": () => pulumi.requirePulumiVersion(">=4.0.0"),
  "needs an unreadable Pulumi": () => pulumi.requirePulumiVersion("newest"),
  "missing config": () => new pulumi.Config().require("absent"),
  "missing module": () => import("no-such-module" as string),
};

const fault = new pulumi.Config().require("fault");
export const result = await faults[fault]?.();
