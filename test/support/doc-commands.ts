import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Programs that the pages call; a line of a code block that begins with one is a command. */
const PROGRAM = /^(npx|npm|node|curl|api|pulumi|aws|kubectl|git)\b/;

/** A command of a page's code blocks. */
export interface DocCommand {
  /** From the project's root. */
  page: string;
  /** Without its comment, and without what follows a `;`. */
  line: string;
  /** Whether the line, or the page in its first lines, says so, or the program is AWS's or Pulumi's. */
  needsAws: boolean;
}

/** The commands of all pages for users, but decisions and runbooks: `test/platform/runbooks.test.ts` runs those. */
export function docCommands(): DocCommand[] {
  return docPages().flatMap(commandsOf);
}

/** The pages for users, from the project's root; also those of `more` folders below `docs`. */
export function docPages(...more: string[]): string[] {
  const docs = ["docs", ...more.map((folder) => `docs/${folder}`)].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  );
  return ["README.md", "CONTRIBUTING.md", "examples/README.md", ...docs];
}

/** What a page's sentences and tables have as code. */
export function codeSpans(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8").replace(/^```.*?^```$/gms, "");
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
}

function commandsOf(page: string): DocCommand[] {
  const text = readFileSync(join(root, page), "utf8");
  const isOfAws = text.includes("Every command on this page needs AWS");
  // A block with a language is a file's content, or a picture.
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, language, block = ""]) =>
    language === "" ? [block] : [],
  );
  return blocks
    .flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))
    .filter((line) => PROGRAM.test(line))
    .flatMap((written) => {
      const [, line = "", comment = ""] = /^(.*?)(?:\s+#\s(.*))?$/.exec(written) ?? [];
      const needsAws = isOfAws || comment.includes("needs AWS") || /^(pulumi|aws)\b/.test(line);
      return line.split(/;\s+(?=api |npx )/).map((one) => ({ page, line: one.trim(), needsAws }));
    });
}

/** The arguments of an `npx trizone` line; undefined for other programs, pipes and substitutions. */
export function trizoneArgs(line: string): string[] | undefined {
  const [, text] = /^npx trizone ([^|$<]*)$/.exec(line) ?? [];
  if (text === undefined) return undefined;
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, plain]) => a ?? b ?? plain ?? "");
}
