/** The Australian Taxation Office's weights of a tax file number's digits: the weighted sum is a multiple of 11. */
const WEIGHTS: Record<number, readonly number[]> = {
  9: [1, 4, 3, 7, 5, 8, 6, 9, 10],
  // Numbers given out before 1988 have eight digits.
  8: [10, 7, 8, 4, 6, 3, 5, 1],
};

/** The digits of a tax file number, written with or without blanks between groups; nothing when it isn't one. */
export function parseTaxFileNumber(text: string): string | undefined {
  if (!/^\d{2,3} ?\d{3} ?\d{3}$/.test(text)) return undefined;
  const digits = text.replaceAll(" ", "");
  const weights = WEIGHTS[digits.length] ?? [];
  const sum = weights.reduce((total, weight, i) => total + weight * Number(digits[i]), 0);
  return sum % 11 === 0 && Number(digits) > 0 ? digits : undefined;
}

/** Its last three digits, the others as dots: enough to recognise one's own. */
export function maskTaxFileNumber(digits: string): string {
  return "•".repeat(digits.length - 3) + digits.slice(-3);
}
