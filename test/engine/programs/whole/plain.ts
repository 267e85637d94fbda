import { inOnePiece, namespaces } from "./part.ts";

export { inOnePiece, namespaces };
