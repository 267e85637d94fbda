import { appendFile, readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

/** GitHub's most for a comment (65,536 characters), less what is added to a report that is cut. */
const MOST = 65_000;
const PER_PAGE = 100;
/** Pages of comments that are looked through. */
const PAGES = 30;
const ANSWER_MS = 15_000;
/** Times that a failing request is sent, and the longest wait between them, in milliseconds. */
const TRIES = 3;
const LONGEST_WAIT_MS = 5000;

const Event = z.object({
  pull_request: z.object({ number: z.number().int() }).optional(),
});
const Comments = z.array(
  z.object({
    id: z.number().int(),
    body: z.string().nullish(),
    user: z.object({ type: z.string() }).nullish(),
  }),
);

/** GitHub's API doesn't take the comment: the report is shown elsewhere, and the job doesn't fail for it. */
class NoComment extends Error {}

/**
 * Writes a report to the pull request that the job runs for, in the comment of an earlier run where there is one; where
 * that can't be, to the job's summary. Reports are told apart by their files' names: each has a comment of its own.
 * @returns a sentence that says what was done
 * @throws Error where there is no report
 */
export async function publishReport(
  file: string,
  given: { repository?: string | undefined; pullRequest?: number | undefined },
  env: Record<string, string | undefined> = process.env,
): Promise<string> {
  const report = await readFile(file, "utf8").catch(() => {
    throw new Error(`there is no report at ${file}: run first: trizone pipeline run`);
  });
  await summarise(report, env);
  const shown = env.GITHUB_STEP_SUMMARY
    ? "; the report is in the job's summary"
    : `; the report is in ${file}`;
  try {
    const repository = given.repository ?? env.GITHUB_REPOSITORY;
    const pullRequest = given.pullRequest ?? (await pullRequestOf(env));
    const token = env.GITHUB_TOKEN;
    if (!pullRequest || !repository) throw new NoComment("this is no pull request");
    if (!token) throw new NoComment("GITHUB_TOKEN is not set");
    const api = new GitHub(env.GITHUB_API_URL ?? "https://api.github.com", token);
    return await api.putComment(repository, pullRequest, markOf(file), report);
  } catch (error) {
    if (!(error instanceof NoComment)) throw error;
    return `no comment was written: ${error.message}${shown}`;
  }
}

/** By which the one comment is found again; GitHub doesn't show it. */
function markOf(file: string): string {
  return `<!-- trizone ${basename(file, extname(file)).replace(/[^\w.]+/g, "-")} -->`;
}

async function summarise(report: string, env: Record<string, string | undefined>): Promise<void> {
  if (env.GITHUB_STEP_SUMMARY) await appendFile(env.GITHUB_STEP_SUMMARY, `${report}\n`);
}

async function pullRequestOf(env: Record<string, string | undefined>): Promise<number | undefined> {
  if (!env.GITHUB_EVENT_PATH) return undefined;
  try {
    return Event.parse(JSON.parse(await readFile(env.GITHUB_EVENT_PATH, "utf8"))).pull_request?.number;
  } catch (error) {
    throw new NoComment(`GITHUB_EVENT_PATH can't be read: ${(error as Error).message}`);
  }
}

class GitHub {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url.replace(/\/$/, "");
    this.#token = token;
  }

  async putComment(repository: string, pullRequest: number, mark: string, report: string): Promise<string> {
    const cut =
      report.length > MOST ? `${report.slice(0, MOST)}\n\n(The rest is in the job's summary.)` : report;
    const body = `${mark}\n${cut}`;
    const comments = `/repos/${repository}/issues/${pullRequest}/comments`;
    const [first, ...others] = await this.#own(comments, mark);
    if (first === undefined) {
      await this.#ask("POST", comments, { body });
      return `wrote a comment on pull request ${pullRequest}`;
    }
    await this.#ask("PATCH", `/repos/${repository}/issues/comments/${first}`, { body });
    // Two jobs may have begun at the same time.
    for (const id of others) await this.#ask("DELETE", `/repos/${repository}/issues/comments/${id}`);
    return `updated the comment on pull request ${pullRequest}`;
  }

  /** The ids of the comments that this wrote of it, the oldest first. A person's that quotes one is left alone. */
  async #own(comments: string, mark: string): Promise<number[]> {
    const found: number[] = [];
    for (let page = 1; page <= PAGES; page += 1) {
      const read = Comments.parse(await this.#ask("GET", `${comments}?per_page=${PER_PAGE}&page=${page}`));
      found.push(
        ...read
          .filter(({ body, user }) => body?.startsWith(mark) && user?.type !== "User")
          .map(({ id }) => id),
      );
      if (read.length < PER_PAGE) break;
    }
    return found;
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#once(method, path, body);
      const isPassing = answer === undefined || answer.status >= 500;
      if (isPassing && attempt < TRIES) {
        await sleep(Math.random() * Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt));
        continue;
      }
      if (!answer) throw new NoComment("GitHub can't be reached");
      if (answer.ok) return answer.status === 204 ? undefined : await answer.json();
      throw new NoComment(`GitHub answered ${answer.status}, ${await meaningOf(answer)}`);
    }
  }

  async #once(method: string, path: string, body?: object): Promise<Response | undefined> {
    try {
      return await fetch(`${this.#url}${path}`, {
        method,
        headers: {
          accept: "application/vnd.github+json",
          authorization: `Bearer ${this.#token}`,
          "user-agent": "trizone",
          "x-github-api-version": "2022-11-28",
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    } catch {
      // Not reached, or no answer in time; whoever asked tries again and then says so.
      return undefined;
    }
  }
}

async function meaningOf(answer: Response): Promise<string> {
  await answer.body?.cancel();
  const isLimited = answer.status === 429 || answer.headers.get("x-ratelimit-remaining") === "0";
  if (isLimited) return "the token's rate limit is used up";
  if (answer.status === 403) return "the token may not comment, as that of a fork's pull request";
  return answer.status === 401 ? "the token is not valid" : `for ${new URL(answer.url).pathname}`;
}
