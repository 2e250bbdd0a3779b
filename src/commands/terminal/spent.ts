/** What agents have cost, as words. */
import type { Spending } from '../../core/budget.ts';
import { dollars, duration } from './duration.ts';

/** `$1.20`, `$1.20 and 3,000 tokens at an unknown price`; empty where nothing was spent. */
export function spentWords({ usd, tokens, unpriced }: Spending): string {
  const priced = usd > 0 || tokens > unpriced ? [dollars(usd)] : [];
  const rest = unpriced > 0 ? [`${unpriced.toLocaleString('en')} tokens at an unknown price`] : [];
  return [...priced, ...rest].join(' and ');
}

/** When a rate limit resets, `at` in ISO 8601; empty where that is past. */
export function resetWords(at: string | null, now: number): string {
  const ms = at === null ? 0 : Date.parse(at) - now;
  return ms > 0 ? `resets at ${at}, in ${duration(ms)}` : '';
}
