import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { endWithUs } from "../../../support/end-with-us.ts";
import { MODELS } from "../models.ts";

/** What happens to a request instead of being passed on, or to its answer. */
export type Fault =
  | { status: number; code: string }
  /** The answer's body stops after so many bytes; the connection stays open, or is reset. */
  | { after: number; by: "stall" | "reset" };

const START_MS = 60_000;

/** moto's S3 server with a bucket, behind a proxy that can make requests fail. */
export class TestS3 {
  /** Asked for each request that is passed on; undefined lets it be. */
  fault: (request: IncomingMessage) => Fault | undefined = () => undefined;
  /** Of each request: method, path, and the range that it asks for. */
  readonly requests: { path: string; range: string | undefined; at: number }[] = [];
  readonly #moto: ChildProcess;
  readonly #port: number;
  readonly #proxy: Server;

  private constructor(moto: ChildProcess, port: number) {
    this.#moto = moto;
    this.#port = port;
    this.#proxy = createServer((incoming, response) => this.#pass(incoming, response));
  }

  static async start(): Promise<TestS3> {
    const moto = spawn("moto_server", ["-H", "127.0.0.1", "-p", "0"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    endWithUs(moto);
    const port = await portOf(moto);
    const s3 = new TestS3(moto, port);
    await new Promise<void>((resolve) => s3.#proxy.listen(0, "127.0.0.1", resolve));
    return s3;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#proxy.address() as AddressInfo).port}`;
  }

  /** Makes a bucket with the test's models in it, each under `prefix`. */
  async createBucket(name: string, prefix: string): Promise<S3Client> {
    const client = new S3Client({ endpoint: this.endpoint, forcePathStyle: true });
    await client.send(
      new CreateBucketCommand({
        Bucket: name,
        CreateBucketConfiguration: { LocationConstraint: "ap-southeast-2" },
      }),
    );
    for (const version of ["1.0.0", "unigram"])
      for (const file of await readdir(join(MODELS, version)))
        await client.send(
          new PutObjectCommand({
            Bucket: name,
            Key: `${prefix}${version}/${file}`,
            Body: await readFile(join(MODELS, version, file)),
          }),
        );
    return client;
  }

  async stop(): Promise<void> {
    this.#proxy.close();
    this.#proxy.closeAllConnections();
    const exited = once(this.#moto, "exit");
    this.#moto.kill();
    await exited;
  }

  #pass(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, url: path = "/", headers } = incoming;
    this.requests.push({ path, range: headers.range, at: performance.now() });
    const fault = this.fault(incoming);
    if (fault && "status" in fault) {
      incoming.resume();
      response.writeHead(fault.status, { "content-type": "application/xml" });
      response.end(
        `<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>a fault</Message></Error>`,
      );
      return;
    }
    const upstream = request({ port: this.#port, host: "127.0.0.1", method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      let left = fault?.after ?? Number.POSITIVE_INFINITY;
      answer.on("data", (chunk: Buffer) => {
        if (left > 0) response.write(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0 && fault?.by === "reset") setImmediate(() => response.destroy());
      });
      answer.on("end", () => left > 0 && response.end());
    });
    upstream.on("error", (error) => response.destroy(error));
    incoming.pipe(upstream);
  }
}

/** The port that moto's server says it listens on. */
function portOf(moto: ChildProcess): Promise<number> {
  const lines = createInterface({ input: moto.stderr as Readable });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("moto_server doesn't listen")), START_MS);
    lines.on("line", (line) => {
      const port = /Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
    moto.once("exit", (code) => reject(new Error(`moto_server exited with ${code}`)));
  });
}
