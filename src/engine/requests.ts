/** What people on other machines ask of a run here: read with its heartbeat, done as their commands would do it here, and answered. */
import { openFiles } from '../adapters/files.ts';
import { Problem } from '../core/problem.ts';
import { formatAnswer, readRequest, type Answer } from '../core/request.ts';
import { note, type RunContext } from './context.ts';
import { takeEdits } from './edits.ts';
import { requestRef, statementAt, type HeldLease } from './lease.ts';
import { sayHere } from './say.ts';

/** An answer that nobody has fetched by then is taken away. Heartbeats. */
const UNREAD_BEATS = 8;

/** Heeds requests until the function is called that it returns: that one commits what was asked for when the run looked at its plan no more. */
export function heedRequests(context: RunContext): () => Promise<void> {
  const { lease, workspace, planId } = context;
  if (lease === null) return async () => {};
  const { place } = lease;
  const ref = requestRef(planId);
  let answered = { id: '', beats: 0 };
  void lease.onBeat(async () => {
    const seen = await workspace.git.remoteRefs(place.remote, [ref]);
    const id = seen.type === 'refs' ? (seen.refs.get(ref) ?? null) : null;
    if (id === null) return;
    if (id === answered.id) {
      answered = { id, beats: answered.beats + 1 };
      if (answered.beats >= UNREAD_BEATS) await workspace.git.push(place.remote, [{ ref, from: id, to: null }]);
      return;
    }
    const request = readRequest((await statementAt(place, ref, id)) ?? '');
    if (request === null || request.plan !== planId || request.run !== context.runId) return;
    const done = await carryOut(context, lease, request);
    const answer = await workspace.git.statement(formatAnswer({ plan: planId, request: id, ...done }));
    // Where a cancellation has taken its place meanwhile, the next heartbeat finds that.
    if ((await workspace.git.push(place.remote, [{ ref, from: id, to: answer }])) === null) answered = { id: answer, beats: 0 };
  });
  return async () => {
    await lease.onBeat(null);
    if (lease.loss !== null || (await context.plan.look()).type !== 'edited') return;
    await context.inTurn(() => takeEdits(context));
    await lease.settle();
  };
}

/** What the answer says of it. */
async function carryOut(
  context: RunContext,
  lease: HeldLease,
  { by, word }: NonNullable<ReturnType<typeof readRequest>>,
): Promise<Pick<Answer, 'refused' | 'status'>> {
  const { workspace, planId, env } = context;
  if (lease.loss !== null) return { refused: lease.loss.detail, status: null };
  // As another process would write it: the runner's own writes are nobody's word.
  const files = openFiles({ root: workspace.root });
  let status: Answer['status'] = null;
  try {
    ({ status } = (await sayHere({ workspace: { ...workspace, files }, planId, env }, word)).plan);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { refused: error.message, status: null };
  }
  note(context, 'task' in word ? word.task : null, `${by} asked for it: ${word.type}${'task' in word ? ` ${word.task}` : ''}.`);
  if (word.type === 'pause' && word.now) context.post({ type: 'pause-requested', by: 'signal', now: true });
  return { refused: null, status };
}
