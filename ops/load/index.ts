// A load on a function or on HTTP servers, sent at planned times or over so many connections, and what it brought:
// latencies with and without what a stalled server held back, failures by class, seconds, and whether it kept up.

export type { HttpRequest } from "./connection.ts";
export { type Exchange, FAILURES, type Failure, type Sender } from "./exchange.ts";
export { type Answer, type Call, FunctionSender } from "./function-sender.ts";
export { type RunningLoad, startLoad } from "./load.ts";
export { mergeResults } from "./merge.ts";
export type { LoadOptions, Progress } from "./plan.ts";
export { LoadResult, type Second, type Summary } from "./result.ts";
