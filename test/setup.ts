import { openRunFolder } from "./run-folder.ts";

// Mocha loads this before any test.
openRunFolder();
