/** A range of IPv4 addresses: the first, as a number, and the length of its prefix. */
export interface Block {
  first: number;
  /** 0 to 32. */
  prefix: number;
}

const OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const CIDR = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}/(3[0-2]|[12]?\\d)$`);

/** As text, an address with a prefix of /8 or longer: a wider range would be everybody. */
export const NARROW_RANGE = new RegExp(`^(${OCTET}\\.){3}${OCTET}/([89]|[12]\\d|3[0-2])$`);

/** RFC 1918, section 3. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(known);

function known(text: string): Block {
  const block = parseCidr(text);
  if (!block)
    throw new Error(`${text} is not a CIDR block such as 10.0.0.0/8; correct PRIVATE in config/cidr.ts`);
  return block;
}

/**
 * `10.0.1.0/24` as a block; undefined for what isn't one, or names an address inside the block instead of its first.
 */
export function parseCidr(text: string): Block | undefined {
  const [, ...numbers] = (CIDR.exec(text) ?? []).map(Number);
  if (numbers.length === 0) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = numbers;
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  return first % sizeOf(prefix) === 0 ? { first, prefix } : undefined;
}

export function formatCidr({ first, prefix }: Block): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${octets.join(".")}/${prefix}`;
}

/** Number of addresses in a block of that prefix. */
export function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

export function contains(outer: Block, inner: Block): boolean {
  const end = outer.first + sizeOf(outer.prefix);
  return outer.first <= inner.first && inner.first + sizeOf(inner.prefix) <= end;
}

/** Whether they share an address. Blocks do only when one contains the other. */
export function overlap(one: Block, other: Block): boolean {
  return contains(one, other) || contains(other, one);
}

export function isPrivate(block: Block): boolean {
  return PRIVATE.some((range) => contains(range, block));
}

/**
 * The block at `index` when `whole` is cut into blocks of that prefix.
 * @throws RangeError where there is none
 */
export function carve(whole: Block, prefix: number, index: number): Block {
  const block = { first: whole.first + index * sizeOf(prefix), prefix };
  if (index >= 0 && contains(whole, block)) return block;
  throw new RangeError(`${formatCidr(whole)} has no block ${index} of /${prefix}`);
}
