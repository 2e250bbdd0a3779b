/** Which tasks of a plan can be done at the same time now, each by a machine of its own, and what each may cost. */
import { admit } from '../admission.ts';
import { leftFor, type Amount, type Ledger } from '../budget.ts';
import { choose } from '../choose.ts';
import type { Plan } from '../plan.ts';

export interface WaveTask {
  readonly task: string;
  /** What its machine may spend on all of its tries; null where it costs nothing. */
  readonly ceiling: Amount | null;
}

export interface WaveFacts {
  readonly ledger: Ledger;
  /** Tasks at most. */
  readonly most: number;
  /** Milliseconds that a task is expected to take. */
  readonly estimate: (task: string) => number;
}

/**
 * The wave: longest remaining chain first, as one machine would begin them; a phase's own `maxConcurrency` counts, the config's is about one
 * machine and does not. The machines know nothing of each other, so that what is left is shared out between them beforehand.
 */
export function waveOf(given: Plan, { ledger: before, most, estimate }: WaveFacts): readonly WaveTask[] {
  const plan: Plan = { ...given, status: 'running' };
  const active = new Map<string, Amount | null>();
  let ledger = before;
  const fixed = { plan, scope: null, approved: new Set<string>(), crashed: new Set<string>(), maxConcurrency: most, estimate };
  while (active.size < most) {
    const task = choose({ ...fixed, active });
    if (task === null) break;
    const admission = admit({ ...fixed, ledger, active }, task, false);
    if (admission.type !== 'start') break;
    ledger = admission.ledger;
    active.set(task.id, admission.ceiling);
  }
  const paid = [...active.values()].filter((ceiling) => ceiling !== null);
  const left = leftFor(before, plan.maxBudgetUsd);
  const share = (of: keyof Amount): number =>
    paid.length === 0 ? 0 : Math.max(0, left[of] - paid.reduce((sum, ceiling) => sum + ceiling[of], 0)) / paid.length;
  const more = { usd: share('usd'), tokens: Math.floor(share('tokens')) };
  return [...active].map(([task, ceiling]) => ({
    task,
    ceiling: ceiling === null ? null : { usd: ceiling.usd + more.usd, tokens: ceiling.tokens + more.tokens },
  }));
}
