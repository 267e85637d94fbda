import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import type { LoadResult, Progress } from "../load/index.ts";
import { collect, command, numberFrom, projectDirectory, table } from "./command.ts";

interface Options {
  target: string[];
  host: string[];
  header: string[];
  mix?: string;
  expectBody?: string;
  rate?: number;
  arrivals: "uniform" | "poisson";
  connections?: number;
  requests?: number;
  duration?: number;
  warmUp: number;
  timeout: number;
  seed?: number;
  ca?: string;
  failIf: string[];
  json?: string;
  markdown?: string;
  html?: string;
  merge?: string[];
  quiet?: boolean;
}

/** Ends of the command. */
const EXITS = `
Exit codes:
  0    every threshold is kept and at least one request succeeded
  1    the load could not be run: an option, a file
  2    a threshold is crossed, or no request succeeded
  130  stopped by Ctrl-C; what was measured until then is reported`;

/** `trizone load-test`: sends a load over HTTP and says how it was answered. */
export function loadTest(): Command {
  return command("load-test", "Send a load to a server and report latencies, failures and rates", [
    "load-test --target http://127.0.0.1:8080 --rate 200 --duration 30s",
    "load-test --target http://127.0.0.1:8080 --host foo.localhost --host bar.localhost --requests 10000 --connections 50",
    "load-test --target http://127.0.0.1:8080 --mix mix.yaml --rate 100 --duration 1m --fail-if 'p99>500ms' --fail-if 'errors>1%'",
    "load-test --merge one.json --merge other.json --html both.html",
  ])
    .option("--target <url>", "where to send, with scheme and path; repeatable", collect, [])
    .option("--host <name>", "Host header; repeatable, then each request draws one", collect, [])
    .option("--header <name: value>", "header of every request; repeatable", collect, [])
    .option(
      "--mix <file>",
      "YAML or JSON list of requests: name, weight, method, path, host, headers, body, expect",
    )
    .option("--expect-body <regex>", "what the body of every answer must contain")
    .option("--rate <n>", "requests a second at planned times (open model)", numberFrom(0.01, 200_000))
    .option(
      "--arrivals <kind>",
      "uniform or poisson: equal or random intervals between planned times",
      arrivals,
      "uniform",
    )
    .option(
      "--connections <n>",
      "the most under way (default: 10, with --rate 1000)",
      numberFrom(1, 20_000, "whole"),
    )
    .option("--requests <n>", "how many to send", numberFrom(1, 1e9, "whole"))
    .option(
      "--duration <time>",
      "how long to send: 30s, 5m, 1h (default: 10s, or until all --requests are sent)",
      seconds,
    )
    .option("--warm-up <time>", "send as long before, uncounted", seconds, 0)
    .option("--timeout <time>", "a request fails after this", seconds, 10)
    .option("--seed <n>", "decides every random choice", numberFrom(0, 2 ** 31, "whole"))
    .option("--ca <file>", "PEM file of certificates to trust besides the usual ones")
    .option(
      "--fail-if <threshold>",
      "p99>500ms, errors>1%, rate<100, host:p95>0.2s, …; repeatable",
      collect,
      [],
    )
    .option("--json <file>", "write the result with mergeable histograms")
    .option("--markdown <file>", "write the table")
    .option("--html <file>", "write a page with plots")
    .option(
      "--merge <file>",
      "don't send: add up results of --json; repeatable",
      (file: string, before: string[] = []) => [...before, file],
    )
    .option("--quiet", "no progress on standard error")
    .addHelpText("after", EXITS)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { crossed, parseThreshold } = await import("../load/thresholds.ts");
  const { commitOf, HEAD, headline, htmlOf, markdownOf, rowsOf, thisMachine } = await import(
    "../load/report/index.ts"
  );
  const thresholds = options.failIf.map(parseThreshold);
  const result = options.merge ? await merged(options.merge) : await measured(options);
  const document = {
    schema: "trizone.load-test/1" as const,
    command: `trizone ${withoutSecrets(process.argv.slice(2)).map(quoted).join(" ")}`,
    commit: await commitOf(projectDirectory),
    machine: thisMachine(),
    result,
    crossed: crossed(result, thresholds),
  };
  if (options.json) await write(options.json, `${JSON.stringify(document, null, 2)}\n`);
  if (options.markdown) await write(options.markdown, markdownOf(document));
  if (options.html) await write(options.html, htmlOf(document));
  console.log(table(HEAD, rowsOf(result)));
  for (const limit of result.generator.limits) console.log(`note: ${limit}`);
  for (const { threshold, measured: value } of document.crossed)
    console.log(`crossed: ${threshold} (${value})`);
  console.log(`${headline(document)} (seed ${result.seed})`);
  if (document.crossed.length > 0 || result.total.ok === 0) process.exitCode = 2;
  if (result.stopped) process.exitCode = 130;
}

async function measured(options: Options): Promise<LoadResult> {
  if (options.target.length === 0) throw new Error("say where to send: --target http://127.0.0.1:8080");
  const [{ startLoad }, { requestsOf }] = await Promise.all([
    import("../load/index.ts"),
    import("../load/requests.ts"),
  ]);
  const { rate, arrivals: kind, connections, requests, seed, warmUp, timeout } = options;
  const load = startLoad({
    ...{
      rate,
      arrivals: kind,
      connections,
      requests,
      seed,
      warmUpSeconds: warmUp,
      timeoutMs: timeout * 1000,
    },
    seconds: options.duration ?? (requests === undefined ? 10 : undefined),
    to: await requestsOf(options),
    ca: options.ca === undefined ? undefined : await readFile(options.ca, "utf8"),
    onProgress: options.quiet ? undefined : show,
  });
  const stop = () => void load.stop();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    return await load.result;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    if (!options.quiet && process.stderr.isTTY) process.stderr.write("\n");
  }
}

async function merged(files: readonly string[]): Promise<LoadResult> {
  const [{ mergeResults }, { LoadDocument }] = await Promise.all([
    import("../load/index.ts"),
    import("../load/report/index.ts"),
  ]);
  const read = async (file: string) => {
    const found = LoadDocument.safeParse(JSON.parse(await readFile(file, "utf8")));
    if (!found.success) throw new Error(`${file} is no result that load-test --json has written`);
    return found.data.result;
  };
  return mergeResults(await Promise.all(files.map(read)));
}

/** One line that is written over on a terminal, and one each second elsewhere. */
function show({ elapsed, requests, failed, inFlight, waiting, perSecond, p50, p99 }: Progress): void {
  const at = elapsed < 0 ? "warm-up" : `${Math.round(elapsed)} s`;
  const held = waiting > 0 ? `, ${waiting} waiting` : "";
  const line =
    `${at}: ${requests} requests, ${failed} failed, ${Math.round(perSecond)}/s, ${inFlight} under way${held}, ` +
    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** Headers may hold a token; the report says only that they were given. */
function withoutSecrets(args: readonly string[]): string[] {
  return args.map((argument, index) => {
    const isHeader = args[index - 1] === "--header" || argument.startsWith("--header=");
    return isHeader ? argument.replace(/:.*$/s, ": ...") : argument;
  });
}

function quoted(argument: string): string {
  return /^[\w./:=@,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

function seconds(text: string): number {
  const [, digits, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const factor = { ms: 0.001, s: 1, m: 60, h: 3600 }[unit];
  if (digits === undefined || factor === undefined)
    throw new Error(`"${text}" is no time; write e.g. 500ms, 30s, 5m or 1h`);
  return Number(digits) * factor;
}

function arrivals(text: string): string {
  if (text === "uniform" || text === "poisson") return text;
  throw new Error(`"${text}" is no kind of arrivals; use uniform or poisson`);
}
