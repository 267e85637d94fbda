import { Argument, type Command } from "commander";
import { command } from "./command.ts";

/** What can follow the words that are there: subcommands and options, by the words before. */
type Words = Map<string, string[]>;

const SHELLS = ["bash", "zsh", "fish"] as const;

/**
 * `trizone completion`: a script that completes the command's words in a shell.
 * @param all loads every subcommand
 */
export function completion(all: () => Promise<Command[]>): Command {
  return command("completion", "Print a script that completes this command in a shell", [
    'completion bash   # eval "$(npx trizone completion bash)" in ~/.bashrc',
    'completion zsh    # eval "$(npx trizone completion zsh)" in ~/.zshrc, after compinit',
    "completion fish   # npx trizone completion fish | source",
  ])
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .action(async (shell: (typeof SHELLS)[number]) => {
      const words = wordsOf(await all());
      console.log(shell === "fish" ? fish(words) : bash(words, shell === "zsh"));
    });
}

function wordsOf(commands: readonly Command[]): Words {
  const words: Words = new Map([["", [...commands.map((one) => one.name()), "--help", "--version"]]]);
  const add = (before: string, one: Command) => {
    const path = `${before} ${one.name()}`.trim();
    const options = one.options.flatMap(({ long }) => long ?? []);
    const choices = one.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
    words.set(path, [...one.commands.map((sub) => sub.name()), ...choices, ...options, "--help"]);
    for (const sub of one.commands) add(path, sub);
  };
  for (const one of commands) add("", one);
  return words;
}

/** Zsh runs bash's with its own emulation. */
function bash(words: Words, isZsh: boolean): string {
  const cases = [...words].map(([path, next]) => `    "${path}") words="${next.join(" ")}" ;;`);
  return [
    ...(isZsh ? ["autoload -U +X bashcompinit && bashcompinit"] : []),
    "_trizone() {",
    '  local path="" word words="" i',
    "  for ((i = 1; i < COMP_CWORD; i++)); do",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's.
    '    word="${COMP_WORDS[i]}"',
    '    case "$word" in -*) continue ;; esac',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's.
    '    case "${path:+$path }$word" in',
    `      ${[...words.keys()]
      .filter(Boolean)
      .map((path) => `"${path}"`)
      .join("|")}) path="\${path:+$path }$word" ;;`,
    "    esac",
    "  done",
    '  case "$path" in',
    ...cases,
    "  esac",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's.
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    "}",
    "complete -F _trizone trizone",
  ].join("\n");
}

function fish(words: Words): string {
  const lines = [...words].map(
    ([path, next]) => `complete -c trizone -f -n "test (__trizone_path) = '${path}'" -a "${next.join(" ")}"`,
  );
  return [
    "function __trizone_path",
    "  set -l path ''",
    "  for word in (commandline -opc)[2..]",
    "    string match -q -- '-*' $word; and continue",
    '    set -l longer (string trim "$path $word")',
    `    contains -- "$longer" ${[...words.keys()]
      .filter(Boolean)
      .map((path) => `'${path}'`)
      .join(" ")}; and set path $longer`,
    "  end",
    "  echo $path",
    "end",
    ...lines,
  ].join("\n");
}
