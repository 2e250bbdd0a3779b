/** An amount of money is a whole number of cents: there are no fractions of a cent to lose. */

/** `47.80`, `47,80` and `47` as cents. */
export function parseAmount(text) {
  const match = /^(\d{1,9})(?:[.,](\d{2}))?$/.exec(text.trim());
  if (match === null) throw new RangeError(`"${text}" is no amount. Write it like 47.80.`);
  return Number(match[1]) * 100 + Number(match[2] ?? 0);
}

/** Cents as `47.80`. */
export function formatAmount(cents) {
  return (cents / 100).toFixed(2);
}
