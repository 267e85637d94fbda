/** Backups of the platform on this machine: a copy of its data, its restore, and the rehearsal of that. */
export { restoreBackup, takeBackup } from "./backup.ts";
export { rehearse } from "./rehearse.ts";
