/** Looks at the plan file while attempts run, so that a pause stops retries, and a cancellation stops at once, however long an attempt takes. */
import { statSync } from 'node:fs';
import { decisionsOf } from '../core/reclaim.ts';
import type { RunContext } from './context.ts';
import { worksInCheckout } from './context.ts';
import { decidedIn } from './edits.ts';

const POLL_MS = 1_000;

/** Watches until the returned function is called. */
export function watchPlan(context: RunContext): () => void {
  const file = context.workspace.planPath(context.planId);
  let seen = signatureOf(file);
  let asked: 'paused' | 'failed' | null = null;
  let looking = false;
  const look = async () => {
    const reading = await context.plan.look();
    if (reading.type === 'unusable' || asked === 'failed') return;
    const { status } = reading.plan;
    if (status === 'failed' && isMeant(context, reading.plan)) {
      asked = 'failed';
      context.post({ type: 'cancel-requested' });
    } else if (status === 'paused' && asked === null) {
      asked = 'paused';
      context.post({ type: 'pause-requested', by: 'file', now: false });
    } else if ((status === 'running' || status === 'ready') && asked === 'paused') {
      asked = null;
      context.post({ type: 'pause-withdrawn' });
    }
  };
  const timer = setInterval(() => {
    const now = signatureOf(file);
    if (looking || now === seen) return;
    seen = now;
    looking = true;
    // Read in turn, the runner's own half-done write could pass for a person's word; but a cancellation must not wait for a queue of gates.
    look()
      .catch(() => {})
      .finally(() => (looking = false));
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Whether a person gave the plan up: in the checkout it might be the agent's hand, unless a command has said so. */
function isMeant(context: RunContext, plan: RunContext['plan']['plan']): boolean {
  if (!worksInCheckout(context)) return true;
  const before = { ...plan, status: 'running' as const };
  const decided = decidedIn(context);
  return decisionsOf(before, plan).every((digest) => decided.has(digest));
}

function signatureOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}
