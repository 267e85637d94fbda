// Changes of the SDK's files, made when they are loaded; a text that is not there any more stays as it is.

/** File of the SDK -> texts in it, and what stands in their places. */
const edits = new Map();

/** Replaces the first `from` in a file of the SDK that is loaded from now on. */
export function edit(file, from, to) {
  edits.set(file, [...(edits.get(file) ?? []), [from, to]]);
}

/** The code of a file after its edits. `path` has slashes. */
export function edited(content, path) {
  const [, file] = path.split("/node_modules/@pulumi/pulumi/");
  return (edits.get(file) ?? []).reduce((all, [from, to]) => all.replace(from, () => to), content);
}
