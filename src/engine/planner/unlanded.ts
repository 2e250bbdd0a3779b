/** What a conversation has cost that no commit of the branch speaks of: kept beside it, so that the ceilings count it. */
import { spendingOf, toCost } from '../../core/budget.ts';
import type { Usage } from '../../core/event.ts';
import { GitUnsupported } from '../../adapters/git/git.ts';
import { attemptMessage, nextAttemptRef, numberOf } from '../kept.ts';
import type { Workspace } from '../workspace.ts';

/** Keeps it. `outcome` says what came of the conversation. Where git is not installed it is not kept. */
export async function keepCost(
  { git }: Workspace,
  { planId, outcome, usage }: { readonly planId: string; readonly outcome: string; readonly usage: Usage },
): Promise<void> {
  const spending = spendingOf(usage);
  if (spending.tokens === 0) return;
  try {
    const ref = await nextAttemptRef(git, planId, '');
    const evidence = { plan: planId, task: '', attempt: numberOf(ref), run: '', outcome, gates: [], ...toCost(spending) };
    await git.updateRef(ref, await git.statement(attemptMessage(evidence, '')), null);
  } catch (error) {
    if (!(error instanceof GitUnsupported)) throw error;
  }
}
