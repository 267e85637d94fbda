// Changes of packages' files, made when they are loaded; a text that is not there any more stays as it is.

/** File below `node_modules` -> texts in it, and what stands in their places. */
const edits = new Map();

/** Replaces the first `from` in a file, such as `zod/index.cjs`, that is loaded from now on. */
export function edit(file, from, to) {
  edits.set(file, [...(edits.get(file) ?? []), [from, to]]);
}

/** The code of a file after its edits. `path` has slashes. */
export function edited(content, path) {
  const file = path.slice(path.lastIndexOf("/node_modules/") + "/node_modules/".length);
  return (edits.get(file) ?? []).reduce((all, [from, to]) => all.replace(from, () => to), content);
}
