/** The bill with a tip of `percent`, rounded to the nearest cent. */
export function addTip(cents, percent) {
  if (!(percent >= 0 && percent <= 100)) throw new RangeError(`A tip of ${percent} percent is not between 0 and 100.`);
  return cents + Math.round((cents * percent) / 100);
}
