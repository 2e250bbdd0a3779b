import { formatAmount } from './money.js';

/** One line per person and one for the total, with the amounts aligned. */
export function receipt(names, shares) {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const rows = [...names.map((name, index) => [name, formatAmount(shares[index])]), ['Total', formatAmount(total)]];
  const left = Math.max(...rows.map(([name]) => name.length));
  const right = Math.max(...rows.map(([, amount]) => amount.length));
  const lines = rows.map(([name, amount]) => `${name.padEnd(left)}  ${amount.padStart(right)}`);
  lines.splice(-1, 0, '-'.repeat(left + 2 + right));
  return lines.join('\n');
}
