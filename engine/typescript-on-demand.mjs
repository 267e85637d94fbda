// Lets CommonJS code load TypeScript. tsx slows down the loading of every other CommonJS file, of which a cloud's SDK
// has more than a thousand, so it is brought in late.
import { register } from "tsx/cjs/api";
import { onFirstTypeScript } from "./first-typescript.mjs";

onFirstTypeScript([".ts", ".cts"], register);
