import { buildImages } from "./images.ts";

/** `node services/build/images-process.ts FOLDER` builds the image folders of all services in it. */
const [, , folder] = process.argv;
try {
  if (!folder) throw new Error("usage: node services/build/images-process.ts FOLDER");
  await buildImages(folder);
  process.exit();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
