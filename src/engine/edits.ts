/** What others write into the plan file: taken, committed as theirs, or put back. */
import type { CommitOutcome } from '../adapters/git/git.ts';
import { changesBetween } from '../core/change.ts';
import { EDIT } from '../core/edit-subject.ts';
import type { EditResult } from '../core/edit.ts';
import type { RunEvent } from '../core/event.ts';
import { checkPlan } from '../core/lint.ts';
import { NO_OUTLINE, outlineOf } from '../core/outline.ts';
import type { Plan } from '../core/plan.ts';
import { decisionsOf, lostTasks, reclaim } from '../core/reclaim.ts';
import { steeringOf } from '../core/steering.ts';
import { recordOf } from '../core/unrecorded.ts';
import { commitPlan, tell } from './commits.ts';
import type { Committer } from './commits.ts';
import { followHead, isElsewhere } from './follow.ts';
import type { Refusal } from './integrate.ts';
import { note, worksInCheckout } from './context.ts';
import { isPersonsWord } from './outside.ts';
import type { RunContext } from './context.ts';
import { readDecisions, spendDecisions } from './decisions.ts';
import { listed } from './work.ts';

/** Reads the plan at a boundary, commits a person's edits as theirs, and posts what counts now. */
export async function readPlanAtBoundary(context: RunContext): Promise<void> {
  // Nothing is written where nothing has changed, so that a landing under way need not be waited for.
  const { type } = await context.plan.look();
  const moved = await headMoved(context);
  if (moved !== null) return context.post({ type: 'head-moved', detail: moved.reason });
  const problem = type === 'same' ? null : await context.inTurn(() => takeEdits(context));
  if (problem === null) context.post({ type: 'plan-read', plan: context.plan.plan });
  else context.post({ type: 'plan-unusable', detail: problem });
}

/** Where HEAD is instead of where the run stands. Looked at again in turn: what lands at this moment moves it too. */
async function headMoved(context: RunContext): Promise<Refusal | null> {
  const { branch, commit } = await context.workspace.git.head();
  if (branch === context.head.branch && commit === context.head.commit) return null;
  return context.inTurn(() => followHead(context));
}

/**
 * Takes what was written to the plan file by others and commits it as the user's; in turn. Not trusted where an agent was at work in the
 * checkout meanwhile.
 * Returns a sentence where the file cannot be used; then nothing is changed. `ended`: a task of which an attempt has ended and is kept; a commit
 * that skips it says what it has cost.
 */
export async function takeEdits(context: RunContext, ended: string | null = null): Promise<string | null> {
  const trusted = isPersonsWord(context);
  const decided = decidedIn(context);
  const before = context.plan.plan;
  // Where it is elsewhere, the commit says so.
  await followHead(context);
  // That branch's plan is another.
  if (await isElsewhere(context)) return null;
  let reading = await context.plan.read();
  if (reading.type === 'edited') {
    const parse = (text: string): Plan =>
      checkPlan(text, context.planId, { known: context.workspace.known, cache: context.workspace.cache }).plan;
    const { putBack } = !trusted || context.tasks.size > 0 ? reclaim(before, reading.text, parse, decided) : { putBack: [] };
    if (putBack.length > 0 && !trusted) {
      const back = (text: string) => ({ edits: [{ offset: 0, length: text.length, text: reclaim(before, text, parse, decided).text }] });
      const writing = await context.plan.edit(back, { once: true });
      if (writing.type === 'failed') return writing.message;
      reading = await context.plan.read();
      if (reading.type === 'same') reading = { ...reading, type: 'edited' };
    }
    if (putBack.length > 0) note(context, null, sayDecided(context, putBack, trusted));
    context.outside.delete(context.plan.path);
  }
  if (reading.type === 'unusable') return reading.message;
  if (reading.type === 'same') return null;
  context.plan.accept(reading);
  const said = decisionsOf(before, reading.plan);
  const steering = said.every((digest) => decided.has(digest)) ? steeringOf(before, reading.plan) : null;
  const record =
    ended !== null && steering?.task === ended && steering.event === 'skipped' ? recordOf(context.unrecorded.get(ended)) : null;
  const outcome = await (steering === null ? commitEdits(context) : commitPlan(context, steering.subject, { ...steering, ...record }));
  if (outcome.type === 'committed') {
    if (ended !== null && record !== null) context.unrecorded.delete(ended);
    spendDecisions(
      context.workspace.git.commonDir,
      context.planId,
      context.runId,
      said.filter((digest) => decided.has(digest)),
    );
    const event = planEdited(before, reading.plan, outcome.commit);
    context.post(event);
    const lost = trusted ? [] : lostTasks(before, reading.plan, decided).filter((id) => event.removed.includes(id));
    if (lost.length > 0) note(context, null, sayLost(lost, outcome.commit));
  } else if (outcome.type === 'failed' && outcome.reason === 'nothing') {
    // Committed by the person already.
    context.post(planEdited(before, reading.plan, context.head.commit));
  } else tell(context, outcome);
  return null;
}

/** What an edit decides that was made while attempts were under way: put back, or taken for a person's. */
function sayDecided(context: RunContext, what: readonly string[], trusted: boolean): string {
  const those = what.join('; ');
  if (trusted)
    return `The plan file was changed while tasks were at work in worktrees: ${those}. It is taken as yours, in a commit of its own; if it was not you, revert that, and see what the attempts did (plans logs ${context.planId}).`;
  const where = worksInCheckout(context) ? 'while an attempt ran in the checkout' : 'by an attempt from its worktree';
  return `The plan file was changed ${where}. Put back: ${those}. Use the plans command for that, or edit while nothing runs.`;
}

/** Nobody can tell who took them out; that nobody has done them is to be heard. */
function sayLost(tasks: readonly string[], commit: string): string {
  const those = listed(tasks);
  return `The plan has ${those} no more: taken out while an attempt ran. That is taken as yours; if it was not you, take it back: git revert ${commit.slice(0, 12)}`;
}

/** What people have decided by commands since the run began. */
export function decidedIn({ workspace, planId, runId }: RunContext): ReadonlySet<string> {
  return readDecisions(workspace.git.commonDir, planId, runId);
}

/** Commits what a person wrote into the plan file as theirs. */
export function commitEdits(context: Committer, subject: string = EDIT): Promise<CommitOutcome> {
  return commitPlan(context, subject, { plan: context.planId, iteration: 'user_edit', changedBy: 'user', prompt: null });
}

const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

/** The event that says what a person's edit did to the tasks. */
export function planEdited(before: Plan | null, after: Plan, commit: string): Extract<RunEvent, { type: 'plan-edited' }> {
  const changes = changesBetween(before === null ? NO_OUTLINE : outlineOf(before), outlineOf(after));
  const changed = [...new Set([...ids(changes.modified.tasks), ...ids(changes.moved.tasks)])];
  return { type: 'plan-edited', commit, added: ids(changes.added.tasks), removed: ids(changes.removed.tasks), changed };
}

/** Several edits of one text as one; the first refusal counts. */
export function joined(...results: readonly EditResult[]): EditResult {
  const all = [];
  for (const result of results) {
    if ('refused' in result) return result;
    all.push(...result.edits);
  }
  return { edits: all };
}
