export const kind: string = "esm";
