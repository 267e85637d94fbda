export enum Kind {
  A = "a",
}
