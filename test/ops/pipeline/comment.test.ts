import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishReport } from "../../../ops/pipeline/comment.ts";
import { serve } from "./fixture.ts";

interface Comment {
  id: number;
  body: string;
  user: { type: string };
}

/** GitHub's API as far as comments on a pull request go. */
class GitHubStandIn {
  readonly comments: Comment[] = [];
  /** Answers in the place of the API's own. */
  refusal: ((response: ServerResponse) => void) | undefined;
  #nextId = 1;

  add(body: string, type: string): void {
    this.comments.push({ id: this.#nextId++, body, user: { type } });
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.refusal) return this.refusal(response);
    const { pathname, searchParams } = new URL(request.url ?? "", "http://github");
    const chunks: Buffer[] = await request.toArray();
    const { body = "" } = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Comment) : {};
    const id = Number(/\/issues\/comments\/(\d+)$/.exec(pathname)?.[1]);
    const index = this.comments.findIndex((one) => one.id === id);
    response.setHeader("content-type", "application/json");
    if (request.headers.authorization !== "Bearer t0ken") response.writeHead(401).end("{}");
    else if (request.method === "GET" && pathname === "/repos/o/r/issues/7/comments") {
      const [size, page] = [Number(searchParams.get("per_page")), Number(searchParams.get("page"))];
      response.end(JSON.stringify(this.comments.slice((page - 1) * size, page * size)));
    } else if (request.method === "POST" && pathname === "/repos/o/r/issues/7/comments") {
      this.add(body, "Bot");
      response.writeHead(201).end(JSON.stringify(this.comments.at(-1)));
    } else if (request.method === "PATCH" && this.comments[index]) {
      this.comments[index].body = body;
      response.end(JSON.stringify(this.comments[index]));
    } else if (request.method === "DELETE" && index >= 0) {
      this.comments.splice(index, 1);
      response.writeHead(204).end();
    } else response.writeHead(404).end("{}");
  }
}

describe("the pipeline's comment", function () {
  this.timeout(30_000);
  let github: GitHubStandIn;
  let server: Awaited<ReturnType<typeof serve>>;
  let folder: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    github = new GitHubStandIn();
    server = await serve((request, response) => void github.answer(request, response));
    folder = await mkdtemp(join(tmpdir(), "trizone-comment-"));
    await writeFile(join(folder, "event.json"), '{"pull_request":{"number":7}}');
    await writeFile(join(folder, "report.md"), "report 0");
    env = {
      GITHUB_API_URL: server.url,
      GITHUB_REPOSITORY: "o/r",
      GITHUB_TOKEN: "t0ken",
      GITHUB_EVENT_PATH: join(folder, "event.json"),
      GITHUB_STEP_SUMMARY: join(folder, "summary.md"),
    };
  });
  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  const publish = () => publishReport(join(folder, "report.md"), {}, env);
  const summary = () => readFile(join(folder, "summary.md"), "utf8");

  it("is one after ten runs, and is the last report", async () => {
    for (let index = 0; index < 120; index += 1) github.add(`a person's comment ${index}`, "User");
    for (let run = 1; run <= 10; run += 1) {
      await writeFile(join(folder, "report.md"), `report ${run}`);
      assert.match(await publish(), run === 1 ? /wrote a comment/ : /updated the comment/);
    }
    const own = github.comments.filter(({ body }) => body.includes("report "));
    assert.deepEqual(
      own.map(({ body }) => body.split("\n").at(-1)),
      ["report 10"],
    );
    assert.equal(github.comments.length, 121);
  });

  it("becomes one again where two jobs each wrote one, and leaves a person's quotation alone", async () => {
    const mark = "<!-- trizone report -->\n";
    for (const type of ["Bot", "Bot", "User"]) github.add(`${mark}old`, type);
    await publish();
    assert.deepEqual(
      github.comments.map(({ body, user }) => [body.slice(mark.length), user.type]),
      [
        ["report 0", "Bot"],
        ["old", "User"],
      ],
    );
  });

  it("is another for another report, also where their names begin alike", async () => {
    for (const name of ["report.md", "report-preview.md", "report.md", "report-preview.md"]) {
      await writeFile(join(folder, name), `text of ${name}`);
      await publishReport(join(folder, name), {}, env);
    }
    assert.deepEqual(
      github.comments.map(({ body }) => body.split("\n")[1]),
      ["text of report.md", "text of report-preview.md"],
    );
  });

  it("is cut to what GitHub takes", async () => {
    await writeFile(join(folder, "report.md"), "x".repeat(100_000));
    await publish();
    assert.ok((github.comments[0]?.body.length ?? 0) < 65_536);
    assert.equal((await summary()).length, 100_001);
  });

  const answer = (status: number, headers: Record<string, string> = {}) => {
    github.refusal = (response) => response.writeHead(status, headers).end("{}");
  };
  const cases: [string, () => void, RegExp][] = [
    ["without a token", () => delete env.GITHUB_TOKEN, /GITHUB_TOKEN is not set/],
    ["outside a pull request", () => delete env.GITHUB_EVENT_PATH, /this is no pull request/],
    ["for a fork, whose token may only read", () => answer(403), /may not comment, as that of a fork/],
    [
      "with a used-up rate limit",
      () => answer(403, { "x-ratelimit-remaining": "0" }),
      /rate limit is used up/,
    ],
    ["with a secondary rate limit", () => answer(429), /rate limit is used up/],
    ["with a token that has expired", () => answer(401), /the token is not valid/],
    ["while GitHub fails", () => answer(502), /GitHub answered 502/],
    ["while GitHub can't be reached", () => server.close(), /GitHub can't be reached/],
  ];
  for (const [when, arrange, message] of cases) {
    it(`${when} is left out, and the report is in the job's summary`, async () => {
      arrange();
      assert.match(await publish(), message);
      assert.equal(await summary(), "report 0\n");
      assert.equal(github.comments.length, 0);
    });
  }

  it("needs a report", async () => {
    await assert.rejects(publishReport(join(folder, "none.md"), {}, env), /there is no report at/);
  });
});
