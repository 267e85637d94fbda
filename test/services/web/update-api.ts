import { writeFile } from "node:fs/promises";
import { pageTypes } from "./openapi.ts";

/** Writes the page's API types anew: `npm run api:update`. */
const file = new URL("../../../services/web/page/src/api/schema.d.ts", import.meta.url);
await writeFile(file, await pageTypes());
