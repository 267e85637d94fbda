export const seenFirst: string = (globalThis as any).before ?? "nothing";
export const enum Size {
  Large = "large",
}
