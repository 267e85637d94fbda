// Lets CommonJS code load TypeScript. tsx slows down the loading of every other CommonJS file, of which a cloud's SDK
// has more than a thousand, so it is brought in when the first TypeScript file is required and not before.
import Module from "node:module";
import { register } from "tsx/cjs/api";

const extensions = Module._extensions;
for (const extension of [".ts", ".cts"]) {
  extensions[extension] = (module, path) => {
    for (const own of [".ts", ".cts"]) delete extensions[own];
    register();
    extensions[extension](module, path);
  };
}
