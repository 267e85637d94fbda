export enum Kind {
  Esm = "enum",
}
