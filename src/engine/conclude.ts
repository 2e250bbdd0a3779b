/** The end of a run: where the plan runs from a remote, what it did is there before it says so. */
import type { RunEvent } from '../core/event.ts';
import { readTrailers } from '../core/trailer.ts';
import type { RunContext } from './context.ts';
import { refName } from './kept.ts';
import { branchRef, type HeldLease, type Loss } from './lease.ts';

/** Posts a run's last event, or that the remote did not take what it stands for. In turn. */
export async function conclude(context: RunContext, last: Extract<RunEvent, { type: 'run-paused' | 'run-completed' }>): Promise<void> {
  const { lease } = context;
  await lease?.settle();
  const loss = lease?.loss ?? null;
  if (lease === null || loss === null) return context.post(last);
  const detail =
    loss.type === 'taken'
      ? await retreat(context, lease, loss)
      : `${loss.detail}. What is done is committed here, and pushed by the next run`;
  context.post({ type: 'run-paused', reason: 'remote', task: null, phase: null, detail });
}

/**
 * Another runner has the plan now: what this one did and could not push is kept under a ref, and the branch put back to the remote's. Only
 * where nothing of a person's is among it, or in the way. Says what was done.
 */
async function retreat(context: RunContext, lease: HeldLease, { detail }: Loss): Promise<string> {
  const { git } = context.workspace;
  const { remote, branch } = lease.place;
  const base = lease.pushed;
  const head = context.head.commit;
  const unpushed = await git.log(base === null ? { to: head } : { to: head, from: base });
  const said = [detail];
  if (unpushed.length > 0) {
    const ref = `refs/plans/preserved/${refName(context.planId)}/${context.runId}`;
    await git.updateRef(ref, head, null);
    said.push(
      `its ${unpushed.length === 1 ? 'commit' : `${unpushed.length} commits`} that the remote rejected ${unpushed.length === 1 ? 'is' : 'are'} kept under ${ref}`,
    );
  }
  const foreign = unpushed.filter(({ trailers }) => {
    const evidence = readTrailers(trailers);
    return evidence === null || 'iteration' in evidence;
  });
  if (foreign.length > 0) return `${said.join('; ')}; "${branch}" is left as it is, as it has commits of yours too`;
  // What an attempt that was stopped left in the checkout is kept as that attempt.
  for (const { place, paths } of context.tasks.values()) if (place.slot === null) await git.restore(head, paths);
  const seen = await git.remoteRefs(remote, [branchRef(branch)]);
  const at = seen.type === 'refs' ? seen.refs.get(branchRef(branch)) : undefined;
  const words = await git.fetch(remote, [branchRef(branch)]);
  // What this run wrote into the plan goes with its commits: that is no save of somebody's to be mended.
  context.plan.forget();
  const refused = at === undefined || (await git.resolve(at)) === null ? (words ?? 'it is not there') : await git.putBack(at);
  if (refused !== null || at === undefined)
    return `${said.join('; ')}; "${branch}" could not be put back to that of "${remote}": ${refused}`;
  context.head = { ...context.head, commit: at };
  const reading = await context.plan.read();
  if (reading.type === 'edited') context.plan.accept(reading);
  return `${said.join('; ')}; "${branch}" is as on "${remote}" again`;
}
