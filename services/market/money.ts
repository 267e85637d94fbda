/**
 * Exact decimals as whole numbers of the smallest unit (a `bigint`, never a float): an amount of AUD in cents, a price
 * in thousandths of a dollar. In JSON and SQL they are decimal strings with all digits of their scale, such as "45.10".
 */

/** The currency that ASX trades in. */
export const EXCHANGE_CURRENCY = "AUD";

const TWO_DIGITS =
  "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP " +
  "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS " +
  "KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD " +
  "PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP " +
  "TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW";
const NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND";

/** Digits after the point by currency: ISO 4217's list of circulating currencies, without units of account. */
const SCALES: ReadonlyMap<string, number> = new Map(
  [[NO_DIGITS, 0] as const, [TWO_DIGITS, 2] as const, [THREE_DIGITS, 3] as const].flatMap(([codes, digits]) =>
    codes.split(" ").map((code) => [code, digits] as const),
  ),
);

/** ISO 4217's codes of them. */
export const CURRENCIES: readonly string[] = [...SCALES.keys()].sort();

/** Digits after the point of a currency's amounts; nothing when the code is not ISO 4217's. */
export function scaleOf(currency: string): number | undefined {
  return SCALES.get(currency);
}

const DECIMAL = /^(0|[1-9]\d{0,16})(?:\.(\d{1,9}))?$/;

/**
 * The smallest units in a plain decimal string: `parseDecimal("45.1", 2)` is 4510n. Nothing when it isn't one (sign,
 * exponent, leading zero, blank), has more than 17 digits before the point, or digits that the scale can't hold.
 */
export function parseDecimal(text: string, scale: number): bigint | undefined {
  const [, whole, digits = ""] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || digits.length > scale) return undefined;
  return BigInt(whole + digits.padEnd(scale, "0"));
}

/** The decimal string of so many smallest units, with all digits of the scale: `formatDecimal(4510n, 2)` is "45.10". */
export function formatDecimal(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const sign = units < 0n ? "-" : "";
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** `numerator / denominator`, rounded to the nearest whole number, halves up (away from nothing for positive ones). */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  const doubled = 2n * numerator + denominator;
  const quotient = doubled / (2n * denominator);
  // BigInt division cuts towards zero; below zero the floor is one less.
  return doubled < 0n && doubled % (2n * denominator) !== 0n ? quotient - 1n : quotient;
}

/**
 * Cents of price × quantity, rounded half up.
 * @param price in thousandths of a dollar, at least 0
 * @param quantity a whole number of shares, at least 0
 */
export function amountOf(price: bigint, quantity: number): bigint {
  return (price * BigInt(quantity) + 5n) / 10n;
}
