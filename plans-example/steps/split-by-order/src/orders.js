/**
 * Splits `total` by what each one ordered. Everybody gets the whole cents of the exact share; the cents that are
 * left over go to those whose share was cut the most (the method of largest remainders).
 */
export function splitByOrder(total, orders) {
  const ordered = orders.reduce((sum, cents) => sum + cents, 0);
  if (ordered <= 0) throw new RangeError('Nobody ordered anything.');
  const exact = orders.map((cents) => (total * cents) / ordered);
  const shares = exact.map(Math.floor);
  const left = total - shares.reduce((sum, share) => sum + share, 0);
  const byLoss = exact.map((share, index) => [share - shares[index], index]).sort(([a], [b]) => b - a);
  for (const [, index] of byLoss.slice(0, left)) shares[index] += 1;
  return shares;
}
