import { Agent, type IncomingHttpHeaders, request } from "node:http";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The name of the pod that answered. */
  pod: string;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  agent?: Agent;
  timeoutMs?: number;
}

/** One request to `host:port`, over a connection of its own unless an agent is given. */
export function ask(host: string, path = "/", options: Ask = {}): Promise<Answer> {
  const { method = "GET", headers, body, agent = new Agent(), timeoutMs = 5000 } = options;
  const [hostname, port] = host.split(":");
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
          pod: String(response.headers["x-pod"] ?? ""),
        }),
      );
    });
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** `count` requests, `concurrency` at a time. */
export async function askMany(
  host: string,
  count: number,
  concurrency: number,
  options: Ask & { path?: string } = {},
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let begun = 0;
  const worker = async () => {
    while (begun < count) {
      begun += 1;
      answers.push(await ask(host, options.path ?? "/", options));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return answers;
}

/** Zone -> share of answers, by the names of pods. */
export function shares(answers: Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { pod } of answers) {
    const zone = pod.split("-")[1] ?? "";
    counts[zone] = (counts[zone] ?? 0) + 1 / answers.length;
  }
  return counts;
}
