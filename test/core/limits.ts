/** A budget for runs in tests: none of it is spent, and no task has a past. */
import { newLedger, NOTHING, type Budget } from '../../src/core/budget.ts';
import type { RunLimits } from '../../src/core/run-state.ts';

const dollars = (usd: number) => ({ usd, tokens: usd * 100_000 });
export const BUDGET: Budget = { attempt: dollars(10), task: dollars(20), plan: dollars(200), day: dollars(300) };

export function untouched(budget: Budget = BUDGET): Pick<RunLimits, 'ledger' | 'crashed'> {
  return { ledger: newLedger(budget, { plan: NOTHING, day: NOTHING, tasks: new Map() }), crashed: new Set() };
}
