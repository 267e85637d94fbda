/** A place in a user's list of orders: that of the last order which was shown. */
export interface Cursor {
  createdAt: Date;
  id: string;
}

const TEXT = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Opaque to clients, and safe in a URL. */
export function encodeCursor({ createdAt, id }: Cursor): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString("base64url");
}

/** Nothing when the text is not a cursor that was given out. */
export function decodeCursor(text: string): Cursor | undefined {
  const decoded = Buffer.from(text, "base64url").toString("latin1");
  const [, time, id] = TEXT.exec(decoded) ?? [];
  if (!time || !id) return undefined;
  const cursor = { createdAt: new Date(Number(time)), id };
  return encodeCursor(cursor) === text ? cursor : undefined;
}
