import { inOnePiece } from "./part.ts";

export { inOnePiece };
export const ownName = import.meta.url.split("/").at(-1);
