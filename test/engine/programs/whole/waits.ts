import { inOnePiece } from "./part.ts";

export { inOnePiece };
export const waited = await Promise.resolve("waited");
