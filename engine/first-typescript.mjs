import Module from "node:module";

/** Runs `register`, which lets CommonJS code load TypeScript, when the first such file is required and not before. */
export function onFirstTypeScript(names, register) {
  const extensions = Module._extensions;
  for (const name of names) {
    extensions[name] = (module, path) => {
      for (const own of names) delete extensions[own];
      register();
      extensions[name](module, path);
    };
  }
}
