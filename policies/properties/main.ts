import { recordTable } from "./table.ts";

// Writes the table anew after the SDK or the answers changed (`npm run properties:update`); read what changed before committing.
recordTable();
