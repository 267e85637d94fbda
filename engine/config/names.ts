/** Characters that a name has at most. */
const LONGEST = 100;

/** Why the CLI refuses a project's name, in its words; undefined for one that it takes. */
export function wrongProjectName(name: string): string | undefined {
  if (Buffer.byteLength(name) > LONGEST) return `project names are limited to ${LONGEST} characters`;
  if (/^[\w.-]*$/.test(name)) return undefined;
  const meant = name.includes("${") ? "; this is a template, which 'pulumi new' fills in" : "";
  return `project names may only contain alphanumerics, hyphens, underscores, and periods${meant}`;
}

/** Why the CLI refuses a stack's name, in its words; `organization/project/stack` is taken for its last part. */
export function wrongStackName(given: string): string | undefined {
  const name = given.split("/").at(-1) ?? "";
  if (name === "") return "a stack name may not be empty";
  if (Buffer.byteLength(name) > LONGEST) return `a stack name cannot exceed ${LONGEST} characters`;
  const position = [...name].findIndex((character) => !/[\w.-]/.test(character));
  if (position === -1) return undefined;
  return `a stack name may only contain alphanumeric, hyphens, underscores, or periods: invalid character '${[...name][position]}' at position ${position}`;
}
