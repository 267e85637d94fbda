import { inOnePiece } from "./part.ts";

const name = () => "./late.ts";
export { inOnePiece };
export const loaded = import(name()).then(({ late }) => late);
